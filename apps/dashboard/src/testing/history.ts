/** A generated history of one job. */
export interface HistoryOptions {
  /** Folder of the job: `logs/JOB`. */
  readonly job: string;
  readonly runs: number;
  readonly tests: number;
  /** When the newest run started, in milliseconds. */
  readonly newestMs: number;
  /** @default ten minutes */
  readonly intervalMs?: number;
  /** The same seed gives the same history. @default 1 */
  readonly seed?: number;
}

export interface GeneratedObject {
  readonly path: string;
  readonly text: string;
}

const EPOCH_MS = 1_288_834_974_657n;

/** A build id of a time, as Prow makes them. */
export function buildIdAt(ms: number, low = 0): string {
  return String(((BigInt(ms) - EPOCH_MS) << 22n) | BigInt(low));
}

/**
 * Objects of a job's runs, oldest run first, `latest-build.txt` last: each run has its two metadata files and one junit file.
 * One test in twenty fails now and then, one in thirty is flaky within a run, one in fifteen is skipped.
 */
export function* generateHistory(options: HistoryOptions): Generator<GeneratedObject> {
  const { job, runs, tests, newestMs, intervalMs = 600_000, seed = 1 } = options;
  const random = mulberry32(seed);
  let latest = '';
  for (let at = runs - 1; at >= 0; at -= 1) {
    const startedMs = newestMs - at * intervalMs;
    latest = buildIdAt(startedMs, at % 4_096);
    const run = `${job}/${latest}`;
    const cases = Array.from({ length: tests }, (_, test) => testCase(test, random));
    const failures = cases.filter((text) => text.includes('<failure')).length;
    const seconds = Math.floor(startedMs / 1_000);
    const sha = (seconds * 7_919).toString(16).padStart(40, '0');
    yield {
      path: `${run}/started.json`,
      text: JSON.stringify({ timestamp: seconds, 'repo-commit': sha, 'repo-version': sha }),
    };
    yield {
      path: `${run}/artifacts/junit_e2e.xml`,
      text: `<testsuite name="e2e" tests="${tests}" failures="${failures}">${cases.join('')}</testsuite>`,
    };
    const passed = failures === 0;
    yield {
      path: `${run}/finished.json`,
      text: JSON.stringify({
        timestamp: seconds + 300 + Math.floor(random() * 120),
        passed,
        result: passed ? 'SUCCESS' : 'FAILURE',
        revision: sha,
      }),
    };
  }
  yield { path: `${job}/latest-build.txt`, text: latest };
}

function testCase(number: number, random: () => number): string {
  const name = `test ${String(number).padStart(3, '0')} keeps its promise`;
  const time = (random() * 20).toFixed(3);
  const luck = random();
  if (number % 20 === 3 && luck < 0.2) {
    return `<testcase name="${name}" time="${time}"><failure message="expected 3 replicas, found 2">at e2e.ts:${number}</failure></testcase>`;
  }
  if (number % 30 === 7 && luck < 0.3) {
    return `<testcase name="${name}" time="${time}"><flakyFailure message="connection reset">attempt 1</flakyFailure></testcase>`;
  }
  if (number % 15 === 5) return `<testcase name="${name}"><skipped message="no GPU here"/></testcase>`;
  return `<testcase name="${name}" time="${time}"/>`;
}

/** Small and repeatable; see https://github.com/cprosche/mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
