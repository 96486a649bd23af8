import type { TestCase, TestReport, TestSuite, TextFilter } from '@seatrial/junit';
import type { Dirent } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { OutputEnd } from './output-end.js';

/** What was built, and where it is deployed: what a program may want to know. */
export interface CommandTestFacts {
  /** `IMAGE`: the image under test. */
  readonly image?: string | undefined;
  /** `IMAGE_DIGEST`: `sha256:…`. */
  readonly digest?: string | undefined;
  /** `COMMIT`: full hash. */
  readonly commit?: string | undefined;
  /** `HELM_CHART`: path or URI of the chart. */
  readonly chart?: string | undefined;
  /** `NAMESPACE` of the release. */
  readonly namespace?: string | undefined;
  /** `RELEASE`: name of the helm release. */
  readonly release?: string | undefined;
}

/** A program to run as a test. */
export interface CommandTestOptions extends Limits {
  /** Name of the suite and of the program's own case. */
  readonly name: string;
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** The program's environment, all of it; `KUBECONFIG`, `ARTIFACTS` and those of `facts` are added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig: string;
  readonly facts?: CommandTestFacts;
  /** Folder for what the program writes; JUnit files in it (`junit*.xml`) are taken in. Created. */
  readonly artifacts: string;
  /** Time between SIGTERM and SIGKILL to the program's process group, in milliseconds. @default 10_000 */
  readonly graceMs?: number;
  readonly clock?: Clock;
  readonly onLine?: (line: string) => void;
  /** Makes what changes the program's output before it is cut into lines: a redactor. @default none */
  readonly createFilter?: () => TextFilter;
}

const MAX_REPORT_BYTES = 100 * 1024 * 1024;
const MAX_REPORTS = 1_000;
const MAX_OUTPUT = 256 * 1024;

/**
 * Runs a program against the cluster: its exit is a case with the end of its output, the JUnit files it wrote are suites
 * below. It leads a process group of its own, all of which is ended when the time is up or the signal aborts.
 *
 * A file that cannot be read as JUnit is a failing case: a broken report is not a pass. Files from before the program
 * started are not its own and are left out.
 *
 * @throws the signal's reason.
 */
export async function runCommandTest(options: CommandTestOptions): Promise<TestSuite> {
  const { name, command, cwd, kubeconfig, artifacts, timeoutMs, signal, graceMs } = options;
  const { clock = systemClock, onLine = () => {}, facts = {} } = options;
  const { runCommandAsTestCase } = await import('@seatrial/junit');
  await mkdir(artifacts, { recursive: true });
  const before = new Map(await listReports(artifacts));
  const timestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, '');
  const output = new OutputEnd(MAX_OUTPUT);
  const run = await runCommandAsTestCase({
    name,
    className: name,
    command,
    env: { ...options.env, ...factVariables(facts), KUBECONFIG: kubeconfig, ARTIFACTS: artifacts },
    timeoutMs,
    clock,
    onLine: (line) => {
      output.push(line);
      onLine(line);
    },
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(options.createFilter === undefined ? {} : { createFilter: options.createFilter }),
  });
  signal?.throwIfAborted();
  const said = output.toString();
  const cases: TestCase[] = [{ ...run.case, ...(said === '' ? {} : { systemOut: said }) }];
  const suites: TestSuite[] = [];
  for (const [path, version] of await listReports(artifacts)) {
    if (before.get(path) === version) continue;
    const file = relative(artifacts, path);
    try {
      suites.push({ name: file, cases: [], suites: (await readReport(path)).suites });
    } catch (error) {
      const message = `cannot read the report ${file}: ${(error as Error).message}`;
      cases.push({
        name: `report ${file}`,
        className: name,
        problems: [{ kind: 'error', type: 'MALFORMED', message }],
      });
    }
  }
  return { name, timestamp, cases, suites };
}

function factVariables(facts: CommandTestFacts): Readonly<Record<string, string>> {
  const { image, digest, commit, chart, namespace, release } = facts;
  const all = {
    IMAGE: image,
    IMAGE_DIGEST: digest,
    COMMIT: commit,
    HELM_CHART: chart,
    NAMESPACE: namespace,
    RELEASE: release,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function readReport(path: string): Promise<TestReport> {
  const { parseReport } = await import('@seatrial/junit');
  const { size } = await stat(path);
  if (size > MAX_REPORT_BYTES) throw new Error(`it is larger than ${MAX_REPORT_BYTES} bytes`);
  return parseReport(await readFile(path, 'utf8'));
}

/** Paths of JUnit files below a folder, each with what changes when it is written again. */
async function listReports(dir: string): Promise<readonly (readonly [path: string, version: string])[]> {
  const entries: Dirent[] = await readdir(dir, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /^junit.*\.xml$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .slice(0, MAX_REPORTS);
  return Promise.all(
    paths.map(async (path) => {
      const { mtimeMs, size, ino } = await stat(path);
      return [path, `${mtimeMs}/${size}/${ino}`] as const;
    }),
  );
}
