import { setTimeout as sleep } from 'node:timers/promises';
import { ProwError } from './errors.js';
import { parseMetadataFile } from './metadata-file.js';
import { joinKey } from './results.js';

/** `latest_green.json`: the newest postsubmit that passed, with its own field names. */
export interface LatestGreen {
  readonly status: 'passing';
  readonly job: string;
  readonly sha: string;
  /** Build that passed. Missing in files of the predecessor. */
  readonly build_id?: string;
}

/** What moving needs of an object store. */
export interface GreenStore {
  find(uri: string): Promise<{ readonly text: string; readonly info: { readonly generation: string } } | undefined>;
  write(
    uri: string,
    body: string,
    options: {
      readonly contentType?: string;
      readonly cacheControl?: string;
      readonly ifGenerationMatch?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<unknown>;
}

/** `<base>/<job>/latest_green.json`. */
export function latestGreenUri(base: string, job: string): string {
  return joinKey(joinKey(base, job), 'latest_green.json');
}

/** The newest green commit. `undefined` when there is none yet. @throws {ProwError} `MALFORMED`. */
export async function readLatestGreen(store: Pick<GreenStore, 'find'>, uri: string): Promise<LatestGreen | undefined> {
  const found = await store.find(uri);
  return found === undefined ? undefined : parseLatestGreen(found.text);
}

/**
 * Records a commit as the newest green one, and never goes back: a build older than the recorded one changes nothing, even
 * when it ends later. Two that come at once are put in order by the store's preconditions.
 *
 * `uri` is that of the object itself; see {@link latestGreenUri}. A file that cannot be read is replaced.
 *
 * @throws {ProwError} `INVALID_OPTION` when `sha` or `buildId` is none, `CONFLICT` when others keep changing the object.
 */
export async function moveLatestGreen(
  store: GreenStore,
  uri: string,
  green: { readonly job: string; readonly sha: string; readonly buildId: string },
  options: {
    /** How often to try when others get in between. @default 8 */
    readonly attempts?: number;
    /** @default the machine's clock */
    readonly clock?: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
    /** From 0 up to 1. @default Math.random */
    readonly random?: () => number;
    readonly signal?: AbortSignal;
  } = {},
): Promise<'moved' | 'kept'> {
  const { attempts = 8, clock = machineClock, random = Math.random, signal } = options;
  const { job, sha, buildId } = green;
  if (sha === '' || !/^[0-9]+$/.test(buildId)) {
    throw new ProwError(
      'INVALID_OPTION',
      `not a green build: sha ${JSON.stringify(sha)}, build ${JSON.stringify(buildId)}`,
    );
  }
  const next: LatestGreen = { status: 'passing', job, sha, build_id: buildId };
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const found = await store.find(uri);
    if (found !== undefined && !isOlder(found.text, buildId)) return 'kept';
    try {
      await store.write(uri, JSON.stringify(next), {
        contentType: 'application/json',
        cacheControl: 'no-cache, max-age=0',
        ifGenerationMatch: found?.info.generation ?? '0',
        ...(signal === undefined ? {} : { signal }),
      });
      return 'moved';
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'PRECONDITION_FAILED') throw cause;
      if (attempt >= attempts) {
        throw new ProwError('CONFLICT', `${uri} was changed by others ${attempts} times in a row`, {
          cause,
          hint: 'Run it again.',
        });
      }
      await clock.sleep(random() * 100 * 2 ** attempt, signal);
    }
  }
}

/** Whether the recorded build is older. One without build id, or that cannot be read, is. */
function isOlder(text: string, buildId: string): boolean {
  try {
    const recorded = parseLatestGreen(text).build_id;
    return recorded === undefined || BigInt(recorded) < BigInt(buildId);
  } catch (error) {
    if (error instanceof ProwError && error.code === 'MALFORMED') return true;
    throw error;
  }
}

function parseLatestGreen(text: string): LatestGreen {
  const fields = { status: 'string', job: 'string', sha: 'string', build_id: 'string' } as const;
  const green = parseMetadataFile(text, 'latest_green.json', fields) as Partial<LatestGreen>;
  if (!green.sha || (green.build_id !== undefined && !/^[0-9]+$/.test(green.build_id))) {
    throw new ProwError('MALFORMED', 'latest_green.json is malformed: no sha, or a build id that is none');
  }
  return {
    status: 'passing',
    job: green.job ?? '',
    sha: green.sha,
    ...(green.build_id ? { build_id: green.build_id } : {}),
  };
}

const machineClock = {
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};
