import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { readVerdict } from '@seatrial/junit';
import { joinUri, type ObjectStore } from '@seatrial/storage';

/** Processes that were started for a trial and still run: `<pid> <command line>`. */
export function processesOf(trialId: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`CHAOS_TRIAL=${trialId}`)) return [];
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`];
    } catch {
      return []; // ended meanwhile, or another user's
    }
  });
}

/** Waits until none is left, and gives those that are after the time. */
export async function processesAfter(trialId: string, ms: number): Promise<readonly string[]> {
  for (const deadline = performance.now() + ms; ;) {
    const left = processesOf(trialId);
    if (left.length === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What lies in a folder, by path. Empty where there is no folder. */
export async function filesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir, { recursive: true });
  } catch {
    return [];
  }
}

/** A run's results as a reader finds them. */
export interface RunTrace {
  readonly uri: string;
  /** State in the journal; `undefined` without a journal. */
  readonly state: string | undefined;
  readonly taskStates: Readonly<Record<string, string>>;
  readonly finished: { readonly passed: boolean; readonly result: string } | undefined;
  /** Failures and errors in the reports. */
  readonly failedTests: number;
  /** Objects that cannot be read as what they are. */
  readonly broken: readonly string[];
}

/** URIs of the runs below a folder of results. */
export async function listRuns(store: ObjectStore, resultsUri: string): Promise<readonly string[]> {
  const uris: string[] = [];
  for await (const uri of store.listFolders(joinUri(resultsUri, 'logs', 'chaos-e2e')))
    uris.push(uri.replace(/\/$/, ''));
  return uris;
}

export async function traceRun(store: ObjectStore, uri: string, secret: string): Promise<RunTrace> {
  const broken: string[] = [];
  const texts = new Map<string, string>();
  let failedTests = 0;
  for await (const object of store.list(`${uri}/`)) {
    const name = object.uri.slice(uri.length + 1);
    const text = await store.readText(object.uri);
    texts.set(name, text);
    if (text.includes(secret)) broken.push(`${name}: holds the secret`);
    if (name.endsWith('.json') && !name.includes('release/') && !isJson(text)) broken.push(`${name}: not JSON`);
    if (/(?:^|\/)junit_[^/]*\.xml$/.test(name)) {
      try {
        const verdict = await readVerdict(text);
        failedTests += verdict.failures + verdict.errors;
      } catch (error) {
        broken.push(`${name}: ${String(error)}`);
      }
    }
  }
  const read = (name: string) => {
    const text = texts.get(name);
    return text === undefined || !isJson(text) ? undefined : (JSON.parse(text) as Record<string, unknown>);
  };
  const taskStates = [...texts.keys()].flatMap((name) => {
    const task = /^artifacts\/seatrial\/tasks\/(.+)\.json$/.exec(name)?.[1];
    return task === undefined ? [] : [[task, String(read(name)?.['state'])] as const];
  });
  return {
    uri,
    state: read('artifacts/seatrial/run.json')?.['state'] as string | undefined,
    taskStates: Object.fromEntries(taskStates),
    finished: read('finished.json') as RunTrace['finished'],
    failedTests,
    broken,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
