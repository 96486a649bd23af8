import { casesOf, type LocatedCase, readReport, statusOf, type TestCase, type TestReport } from '@seatrial/junit';
import { isSpyglassJunitFile, parseJunitFileName } from '@seatrial/prow/readers';
import type { TestsAnswer, TestState, TestView } from '../api.js';
import type { Results } from '../results/results.js';
import type { RunObjects } from './run-objects.js';

/** Bytes of a junit file that are read, and characters of a text that are handed out. */
const [MAX_FILE_BYTES, MAX_TEXT] = [50 * 1024 * 1024, 64 * 1024];
const MAX_FILES = 1_000;

/** Reads the tests of a run from every junit file that TestGrid or Spyglass would read. One request a file. */
export async function readTests(results: Results, run: string, { files }: RunObjects): Promise<TestsAnswer> {
  const names = [...files.keys()].filter(
    (file) => parseJunitFileName(`${run}/${file}`) !== undefined || isSpyglassJunitFile(file),
  );
  const problems: string[] = [];
  if (names.length > MAX_FILES) problems.push(`${names.length - MAX_FILES} more junit files are not read`);
  const read = names.slice(0, MAX_FILES).map(async (file): Promise<readonly TestView[]> => {
    const size = files.get(file)?.sizeBytes ?? 0;
    if (size > MAX_FILE_BYTES) {
      problems.push(`${file}: larger than ${MAX_FILE_BYTES} bytes`);
      return [];
    }
    if (size === 0) {
      problems.push(`${file}: is empty`);
      return [];
    }
    try {
      return viewsOf(await readReport(await results.stream(`${run}/${file}`)), file);
    } catch (error) {
      if ((error as { name?: unknown }).name !== 'JunitError') throw error;
      problems.push(`${file}: ${(error as Error).message}`);
      return [];
    }
  });
  const tests = (await Promise.all(read)).flat();
  return { tests: [...tests].sort((a, b) => ORDER[a.state] - ORDER[b.state]), problems: problems.sort() };
}

const ORDER: Readonly<Record<TestState, number>> = { fail: 0, flaky: 1, skip: 2, pass: 3 };

function viewsOf(report: TestReport, file: string): readonly TestView[] {
  return [...casesOf(report.suites)].map((located) => viewOf(located, file));
}

function viewOf({ path, testCase }: LocatedCase, file: string): TestView {
  const { name, durationSeconds, problems, skipped, systemOut = '', systemErr = '', attempts = [] } = testCase;
  const [problem] = problems;
  const message = problem?.message ?? skipped?.message;
  const text = problems.map((one) => one.text ?? '').filter((one) => one !== '');
  const output = [systemOut, systemErr].filter((one) => one !== '').join('\n');
  return {
    name: [...path, name].join('.'),
    suite: path.join(' › '),
    title: name,
    state: stateOf(testCase),
    ...(durationSeconds === undefined ? {} : { seconds: durationSeconds }),
    ...(message === undefined ? {} : { message: cut(message) }),
    ...(text.length === 0 ? {} : { text: cut(text.join('\n')) }),
    ...(output === '' ? {} : { output: cut(output) }),
    attempts: attempts.map((attempt) => ({
      ...(attempt.message === undefined ? {} : { message: cut(attempt.message) }),
      ...(attempt.text === undefined ? {} : { text: cut(attempt.text) }),
    })),
    file,
  };
}

function stateOf(testCase: TestCase): TestState {
  const status = statusOf(testCase);
  if (status === 'failed' || status === 'error') return 'fail';
  if (status === 'skipped') return 'skip';
  return testCase.flaky === true ? 'flaky' : 'pass';
}

/** Both ends are kept: assertions stand first, and what led to them last. */
function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const half = MAX_TEXT / 2;
  return `${text.slice(0, half)}\n[${text.length - MAX_TEXT} characters left out]\n${text.slice(-half)}`;
}
