import { ReleaseError } from '../errors.js';
import type { RecordStore } from './record-store.js';

/**
 * Commit of the newest passing postsubmit, from its `latest_green.json`.
 *
 * @throws {ReleaseError} `NO_GREEN_COMMIT` when there is no record, `INVALID_RECORD` when it cannot be read
 */
export async function readLatestGreen(store: Pick<RecordStore, 'find'>, uri: string): Promise<string> {
  const found = await store.find(uri);
  if (found === undefined) {
    throw new ReleaseError('NO_GREEN_COMMIT', `there is no record at ${uri}`, {
      hint: 'It is written when a postsubmit passes; check the URI.',
    });
  }
  try {
    const { status, sha } = JSON.parse(found.text) as Record<string, unknown>;
    if (status === 'passing' && typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha)) return sha;
  } catch {
    // not JSON, or not an object: told below
  }
  throw new ReleaseError('INVALID_RECORD', `${uri} cannot be read`, {
    hint: 'It holds {"status": "passing", "job", "sha"}.',
    detail: found.text.slice(0, 500),
  });
}
