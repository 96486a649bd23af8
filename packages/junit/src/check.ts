import { JunitError } from './errors.js';
import type { Counts } from './report.js';
import { readVerdict, type ReadVerdictOptions } from './verdict-reader.js';
import { addVerdicts, type Verdict } from './verdict.js';
import type { XmlChunks } from './xml-scanner.js';

/** A report's text; or how to open it, so that it is read piece by piece; or why it cannot be read. */
export type ReportContent = string | JunitError | (() => XmlChunks | Promise<XmlChunks>);

/** Why a file keeps a check from passing. */
export interface ReportProblem {
  /** As the caller named it; `''` where there is no file at all. */
  readonly file: string;
  readonly kind: 'missing' | 'unexpected' | 'empty' | 'unparseable' | 'failing';
  /** One line, without the file's name. */
  readonly message: string;
  /** What to do about it, where that can be said. */
  readonly hint?: string;
}

/** What files of reports come to. */
export interface CheckResult {
  /** There is no problem, and at least one case. */
  readonly passed: boolean;
  /** Of all files that could be read; each failed case names its file. */
  readonly verdict: Verdict;
  /** In order of file names, the missing ones first. */
  readonly problems: readonly ReportProblem[];
  /** All files, in order of their names. */
  readonly files: readonly CheckedFile[];
}

/** What one file holds. */
export interface CheckedFile {
  readonly file: string;
  /** Left out where the file could not be read. */
  readonly counts?: Counts;
}

/**
 * Judges a set of report files: each expected one is there, no other is, each one can be read, has cases, and none of
 * them failed. Files are read one after another; of each, only its verdict is held.
 *
 * @param input.expected Names that `files` must have, exactly. @default any, but at least one file
 * @param input.files Content by name.
 * @throws what opening or reading a file throws, unless it is a `JunitError`: that is a problem of the file.
 */
export async function checkReports(
  input: { readonly expected?: readonly string[]; readonly files: ReadonlyMap<string, ReportContent> },
  options: ReadVerdictOptions = {},
): Promise<CheckResult> {
  const { expected, files } = input;
  const problems: ReportProblem[] = [];
  const verdicts: Verdict[] = [];
  const checked: CheckedFile[] = [];
  for (const file of [...new Set(expected)].sort()) {
    if (!files.has(file)) problems.push({ file, kind: 'missing', message: 'expected, but not there' });
  }
  if (expected === undefined && files.size === 0) {
    problems.push({ file: '', kind: 'missing', message: 'there is no report at all' });
  }
  for (const [file, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (expected?.includes(file) === false) {
      problems.push({ file, kind: 'unexpected', message: 'there, but not expected' });
    }
    const { verdict, problem } = await checkFile(file, content, options);
    if (verdict !== undefined) verdicts.push(verdict);
    if (problem !== undefined) problems.push(problem);
    checked.push({ file, ...(verdict === undefined ? {} : { counts: countsOf(verdict) }) });
  }
  const verdict = addVerdicts(verdicts, options);
  return { passed: problems.length === 0 && verdict.passed, verdict, problems, files: checked };
}

async function checkFile(
  file: string,
  content: ReportContent,
  options: ReadVerdictOptions,
): Promise<{ readonly verdict?: Verdict; readonly problem?: ReportProblem }> {
  const isBlank = { value: true };
  let read: Verdict;
  try {
    if (content instanceof JunitError) throw content;
    const chunks = typeof content === 'string' ? [content] : await content();
    read = await readVerdict(watchContent(chunks, isBlank), options);
  } catch (error) {
    if (!(error instanceof JunitError)) throw error;
    const isEmpty = isBlank.value && error.code === 'MALFORMED' && !(content instanceof JunitError);
    if (isEmpty) return { problem: { file, kind: 'empty', message: 'the file is empty' } };
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { problem: { file, kind: 'unparseable', message: error.message, ...hint } };
  }
  const verdict = {
    ...read,
    failed: read.failed.map((failed) => ({ ...failed, file })),
    disagreements: read.disagreements.map((sentence) => `${file}: ${sentence}`),
  };
  const message = findFailure(verdict);
  if (message !== undefined) return { verdict, problem: { file, kind: 'failing', message } };
  if (verdict.tests === 0) return { verdict, problem: { file, kind: 'empty', message: 'the report has no test case' } };
  return { verdict };
}

async function* watchContent(
  chunks: Iterable<Uint8Array | string> | XmlChunks,
  isBlank: { value: boolean },
): AsyncGenerator<Uint8Array | string> {
  for await (const chunk of chunks) {
    if (isBlank.value) {
      isBlank.value = typeof chunk === 'string' ? chunk.trim() === '' : chunk.every((byte) => BLANK.has(byte));
    }
    yield chunk;
  }
}

// White space of XML, in any encoding that writes it in one byte.
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function countsOf({ tests, failures, errors, skipped }: Counts): Counts {
  return { tests, failures, errors, skipped };
}

function findFailure({ failed, tests, failures, errors, declaredFailures }: Verdict): string | undefined {
  const all = failures + errors;
  if (all > 0) {
    const [first] = failed;
    const name = [first?.suite, first?.name].filter((part) => part !== undefined && part !== '').join('.');
    return `${all} of ${tests} failed${first === undefined ? '' : `: ${name}: ${first.message}`}`;
  }
  // A failure that is only counted has no case to show, but it is no pass: other readers go by the attributes.
  return declaredFailures === undefined
    ? undefined
    : `its attributes count ${declaredFailures} failed, which no case shows`;
}
