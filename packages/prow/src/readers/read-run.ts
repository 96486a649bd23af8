import { ProwError } from '../errors.js';
import { parseFinished } from '../finished.js';
import { joinKey } from '../results.js';
import { parseStarted } from '../started.js';
import { isSpyglassJunitFile, parseJunitFileName } from './junit-file-name.js';
import { maxJunitBytes, parseJunitDocument } from './junit-document.js';
import type { DocumentSuite } from './junit-document.js';
import type { ReadFinished, ReadStarted } from './testgrid-overall.js';

/** What reading a run needs of an object store. */
export interface RunStore {
  list(prefixUri: string): AsyncIterable<{ readonly uri: string; readonly sizeBytes: number }>;
  read(uri: string): Promise<Uint8Array>;
  stat(uri: string): Promise<{ readonly metadata: Readonly<Record<string, string>> } | undefined>;
}

/** One junit file of a run. */
export interface RunJunitFile {
  /** Below the run's folder, with slashes. */
  readonly path: string;
  /** Whether TestGrid looks at it. */
  readonly testgrid: boolean;
  /** Whether Spyglass looks at it. */
  readonly spyglass: boolean;
  readonly content: readonly DocumentSuite[] | { readonly malformed: string };
}

/** The files of a run that readers look at. */
export interface ReadRun {
  readonly runUri: string;
  readonly job: string;
  readonly buildId: string;
  /** `'undecodable'` when it is there and wrong; an empty file is missing, and in `empty`. */
  readonly started: ReadStarted | 'undecodable' | undefined;
  readonly finished: ReadFinished | 'undecodable' | undefined;
  readonly hasPodInfo: boolean;
  /** Of started.json, finished.json and podinfo.json, those of no bytes. */
  readonly empty: readonly string[];
  /** By path. */
  readonly junitFiles: readonly RunJunitFile[];
}

/**
 * Reads what readers look at of a run: `gs://BUCKET/logs/JOB/BUILD` and the like.
 *
 * @throws {ProwError} `NOT_FOUND` when nothing is below the URI. Errors of the store pass through.
 */
export async function readRun(store: Pick<RunStore, 'list' | 'read'>, runUri: string): Promise<ReadRun> {
  const folder = `${joinKey(runUri, '')}/`;
  const sizes = new Map<string, number>();
  for await (const { uri, sizeBytes } of store.list(folder)) sizes.set(uri.slice(folder.length), sizeBytes);
  if (sizes.size === 0) {
    throw new ProwError('NOT_FOUND', `there is no run at ${runUri}`, {
      hint: 'Give the folder that started.json is in; "seatrial-prow paths" prints it.',
    });
  }
  const readJson = async <T>(name: string, parse: (text: string) => T): Promise<T | 'undecodable' | undefined> => {
    if ((sizes.get(name) ?? 0) === 0) return undefined;
    try {
      return parse(Buffer.from(await store.read(folder + name)).toString());
    } catch (error) {
      if (error instanceof ProwError && error.code === 'MALFORMED') return 'undecodable';
      throw error;
    }
  };
  const junitFiles: RunJunitFile[] = [];
  for (const [path, sizeBytes] of sizes) {
    const [testgrid, spyglass] = [parseJunitFileName(folder + path) !== undefined, isSpyglassJunitFile(path)];
    if (!testgrid && !spyglass) continue;
    junitFiles.push({ path, testgrid, spyglass, content: await readJunit(store, folder + path, sizeBytes) });
  }
  const [buildId = '', job = ''] = folder.split('/').slice(0, -1).reverse();
  return {
    runUri,
    job,
    buildId,
    started: await readJson('started.json', parseStarted),
    finished: await readJson('finished.json', parseFinished),
    hasPodInfo: sizes.has('podinfo.json'),
    empty: ['started.json', 'finished.json', 'podinfo.json'].filter((name) => sizes.get(name) === 0),
    junitFiles,
  };
}

async function readJunit(
  store: Pick<RunStore, 'read'>,
  uri: string,
  sizeBytes: number,
): Promise<RunJunitFile['content']> {
  // Not even read: no reader does.
  if (sizeBytes > maxJunitBytes) return { malformed: `larger than ${maxJunitBytes} bytes` };
  try {
    return parseJunitDocument(await store.read(uri));
  } catch (error) {
    if (error instanceof ProwError && error.code === 'MALFORMED') return { malformed: error.message };
    throw error;
  }
}
