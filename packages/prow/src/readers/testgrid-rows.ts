import { mean, mergeCells, splitCells } from './cell.js';
import type { Cell } from './cell.js';
import type { DocumentCase, DocumentNote, DocumentSuite } from './junit-document.js';

/**
 * The rows that TestGrid makes of all junit files of a run, by name, in the order of their first case.
 *
 * A row's name is made of the names of the suites and of the case, not of the class and not of the file: cases of the same name
 * share a row, whatever file they are in.
 *
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/pkg/updater/gcs.go
 */
export function testgridRows(
  files: readonly (readonly DocumentSuite[])[],
  options: {
    /** The group's `disable_merged_status`. @default false */
    readonly disableMergedStatus?: boolean;
  } = {},
): ReadonlyMap<string, Cell> {
  const cells = new Map<string, [Cell, ...Cell[]]>();
  for (const [name, testCase] of files.flatMap((suites) => [...namedCases(suites, '')])) {
    const cell = testgridCell(testCase);
    if (cell === undefined) continue;
    const known = cells.get(name);
    if (known === undefined) cells.set(name, [cell]);
    else known.push(cell);
  }
  if (options.disableMergedStatus === true)
    return new Map([...cells].flatMap(([name, all]) => [...splitCells(name, all)]));
  return new Map([...cells].map(([name, all]) => [name, mergeCells(all)]));
}

/** `undefined` for a case that TestGrid drops: a skip that gives no reason, whatever else the case says. */
export function testgridCell(testCase: DocumentCase): Cell | undefined {
  // Of elements that repeat, the last one counts.
  const [error, failure, skipped] = [testCase.errors.at(-1), testCase.failures.at(-1), testCase.skipped.at(-1)];
  const skipReason = skipped?.message ?? '';
  if (skipped !== undefined && skipped.text === '' && (skipReason === '' || skipReason === 'skipped')) return undefined;
  const texts = [...[error, failure, skipped].map(noteText), testCase.systemErr, testCase.systemOut];
  const message = truncateMessage(texts.find((text) => text !== '') ?? '');
  const metrics = metricsOf(testCase);
  const rest = { message, ...(metrics === undefined ? {} : { metrics }) };
  if (error !== undefined || failure !== undefined) return { result: 'FAIL', icon: message === '' ? '' : 'F', ...rest };
  if (skipped !== undefined) return { result: 'PASS_WITH_SKIPS', icon: 'S', ...rest };
  return { result: 'PASS', icon: '', ...rest };
}

const maxMessageBytes = 140;

/** Cuts the middle out of a message of 140 bytes or more. Characters cut in two are shown as `?`. */
export function truncateMessage(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length < maxMessageBytes) return message;
  const half = maxMessageBytes / 2;
  const start = bytes.subarray(0, half).toString();
  const end = bytes.subarray(bytes.length - half).toString();
  const text = `${start}...${end}`;
  return text.includes('\uFFFD') && !message.includes('\uFFFD')
    ? `invalid utf8: ${text.replace(/\uFFFD+/g, '?')}`
    : text;
}

function* namedCases(suites: readonly DocumentSuite[], prefix: string): Generator<[name: string, DocumentCase]> {
  for (const { name, suites: inner, cases } of suites) {
    const path = dotted(prefix, name);
    yield* namedCases(inner, path);
    for (const testCase of cases) yield [dotted(path, testCase.name), testCase];
  }
}

function dotted(...names: readonly string[]): string {
  return names.filter((name) => name !== '').join('.');
}

function noteText(note: DocumentNote | undefined): string {
  return [note?.message ?? '', note?.text ?? ''].filter((text) => text !== '').join('\n');
}

function metricsOf({ properties, timeSeconds }: DocumentCase): Readonly<Record<string, number>> | undefined {
  const values = new Map<string, number[]>();
  for (const { name, value } of properties) {
    const number = value.trim() === value && value !== '' ? Number(value) : Number.NaN;
    if (Number.isFinite(number)) values.set(name, [...(values.get(name) ?? []), number]);
  }
  const metrics = Object.fromEntries([...values].map(([name, all]) => [name, mean(all)]));
  if (timeSeconds > 0) metrics['test-duration-minutes'] = timeSeconds / 60;
  return Object.keys(metrics).length === 0 ? undefined : metrics;
}
