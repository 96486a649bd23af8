import { GkeError } from './errors.js';
import type { ClusterBody } from './request.js';

/**
 * Refuses a cluster with fields or names of values that the API does not have. The client would leave them out in silence.
 *
 * @throws {GkeError} `INVALID`, naming each by its path.
 */
export async function checkKnownFields(body: ClusterBody): Promise<void> {
  const { protos } = await import('@google-cloud/container');
  const { Cluster } = protos.google.container.v1;
  let kept: unknown;
  try {
    kept = Cluster.toObject(Cluster.fromObject(body as Record<string, unknown>), { enums: String, longs: String });
  } catch (cause) {
    throw new GkeError('INVALID', `cannot request cluster: ${(cause as Error).message}`, {
      cause,
      hint: 'Correct the named field of the overrides.',
    });
  }
  const lost = lostFields(body, kept, '');
  if (lost.length === 0) return;
  throw new GkeError('INVALID', `cannot request cluster: the API does not know ${lost.join(', ')}`, {
    hint: 'Check the spelling: fields are camelCase, names of values in capitals, durations and times { seconds }.',
  });
}

function lostFields(given: unknown, kept: unknown, path: string): string[] {
  if (typeof given !== 'object' || given === null) return [];
  const fields = (kept ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(given).flatMap(([key, value]) => {
    const at = Array.isArray(given) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    // An empty list or map is the same as none.
    const isEmpty =
      value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!Object.hasOwn(fields, key)) {
      if (isEmpty) return [];
      return [typeof value === 'string' ? `${at} ${JSON.stringify(value)}` : at];
    }
    return lostFields(value, fields[key], at);
  });
}
