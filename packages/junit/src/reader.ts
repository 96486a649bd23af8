import { SaxesParser } from 'saxes';
import { JunitError } from './errors.js';
import type { Problem, Skipped, TestCase, TestReport, TestSuite } from './report.js';

/** Bounds of what is read; reports come from outside. */
export interface ReadLimits {
  /** Bytes of the document. @default 100_000_000, where TestGrid stops reading too */
  readonly maxBytes?: number;
  /** Elements inside each other. @default 100 */
  readonly maxDepth?: number;
}

const MAX_BYTES = 100_000_000;
const MAX_DEPTH = 100;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type OpenSuite = Writable<TestSuite> & { cases: TestCase[]; suites: TestSuite[] };
type OpenCase = Writable<TestCase> & { problems: Problem[] };
type Attributes = Readonly<Record<string, string | undefined>>;
type TextTarget = (text: string) => void;

/**
 * Reads a report. Strict: what is not well-formed XML is refused with line and column, and so is a root that is neither
 * `testsuites` nor `testsuite`. Elements that JUnit does not know are passed over.
 *
 * @throws {JunitError} `MALFORMED`, `NOT_JUNIT`, `TOO_LARGE`.
 * @see https://github.com/testmoapp/junitxml
 */
export function parseReport(xml: string, limits: ReadLimits = {}): TestReport {
  const reader = new ReportReader(limits);
  reader.write(xml);
  return reader.end();
}

/** Reads a report as it comes, so that memory holds the model and not the text. UTF-8. @throws as {@link parseReport} */
export async function readReport(
  chunks: AsyncIterable<Uint8Array | string>,
  limits: ReadLimits = {},
): Promise<TestReport> {
  const reader = new ReportReader(limits);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new JunitError('MALFORMED', 'the report is not UTF-8', {
        cause,
        hint: 'Write reports in UTF-8: their readers take nothing else.',
      });
    }
  };
  for await (const chunk of chunks) reader.write(typeof chunk === 'string' ? chunk : decode(chunk));
  reader.write(decode());
  return reader.end();
}

class ReportReader {
  readonly #parser = new SaxesParser({ position: true });
  readonly #maxBytes: number;
  readonly #maxDepth: number;
  readonly #suites: TestSuite[] = [];
  readonly #openSuites: OpenSuite[] = [];
  readonly #whenClosed = new Map<number, () => void>();
  #bytes = 0;
  #depth = 0;
  #case: OpenCase | undefined;
  /** Depth of the element whose text is being taken, and what takes it. */
  #text: { readonly depth: number; readonly done: TextTarget; content: string } | undefined;

  constructor({ maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH }: ReadLimits) {
    this.#maxBytes = maxBytes;
    this.#maxDepth = maxDepth;
    const parser = this.#parser;
    parser.on('error', (cause) => {
      const message = cause.message.replace(/^\d+:\d+: /, '');
      throw new JunitError('MALFORMED', `not well-formed XML at ${parser.line}:${parser.columnIndex + 1}: ${message}`, {
        cause,
        line: parser.line,
        column: parser.columnIndex + 1,
      });
    });
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes as Attributes));
    parser.on('closetag', () => this.#close());
    const take = (text: string): void => {
      if (this.#text !== undefined) this.#text.content += text;
    };
    parser.on('text', take);
    parser.on('cdata', take);
  }

  write(text: string): void {
    this.#bytes += text.length;
    if (this.#bytes > this.#maxBytes) {
      throw new JunitError('TOO_LARGE', `the report is larger than ${this.#maxBytes} bytes`, {
        hint: 'Leave output out of the report, or raise the limit.',
      });
    }
    this.#parser.write(text);
  }

  end(): TestReport {
    this.#parser.close();
    return { suites: this.#suites };
  }

  #open(name: string, attributes: Attributes): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) {
      throw new JunitError('TOO_LARGE', `elements lie more than ${this.#maxDepth} deep at line ${this.#parser.line}`, {
        line: this.#parser.line,
        hint: 'Write suites side by side.',
      });
    }
    // Inside of text there is none of JUnit's elements, whatever they are called.
    if (this.#text !== undefined) return;
    const local = name.slice(name.indexOf(':') + 1);
    if (this.#depth === 1 && local !== 'testsuites' && local !== 'testsuite') {
      throw new JunitError('NOT_JUNIT', `the root element is <${name}>, not <testsuites> or <testsuite>`, {
        line: this.#parser.line,
        hint: 'Give a JUnit XML report.',
      });
    }
    if (local === 'testsuite') this.#openSuite(attributes);
    else if (local === 'testcase') this.#openCase(attributes);
    else this.#openDetail(local, attributes);
  }

  #openSuite(attributes: Attributes): void {
    const { name = '', timestamp } = attributes;
    const suite: OpenSuite = { name, cases: [], suites: [], ...(timestamp === undefined ? {} : { timestamp }) };
    (this.#openSuites.at(-1)?.suites ?? this.#suites).push(suite);
    this.#openSuites.push(suite);
    this.#whenClosed.set(this.#depth, () => {
      this.#openSuites.pop();
      if (suite.suites.length === 0) delete (suite as Writable<TestSuite>).suites;
    });
  }

  #openCase(attributes: Attributes): void {
    const { name = '', classname, time, file } = attributes;
    const durationSeconds = parseSeconds(time);
    const open: OpenCase = {
      name,
      problems: [],
      ...(classname === undefined ? {} : { className: classname }),
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(file === undefined ? {} : { file }),
    };
    // A case directly below `testsuites` has no suite; readers lose it, we do not.
    let suite = this.#openSuites.at(-1);
    if (suite === undefined) {
      suite = { name: '', cases: [], suites: [] };
      this.#suites.push(suite);
    }
    suite.cases.push(open);
    this.#case = open;
    this.#whenClosed.set(this.#depth, () => (this.#case = undefined));
  }

  #openDetail(local: string, attributes: Attributes): void {
    const { message, type, name, value } = attributes;
    const target = this.#case ?? this.#openSuites.at(-1);
    const open = this.#case;
    const facts = { ...(message === undefined ? {} : { message }), ...(type === undefined ? {} : { type }) };
    const withText = (text: string): { text?: string } => (text.trim() === '' ? {} : { text });
    switch (local) {
      case 'failure':
      case 'error':
        if (open !== undefined) this.#take((text) => open.problems.push({ kind: local, ...facts, ...withText(text) }));
        break;
      case 'skipped':
        if (open !== undefined) {
          const skipped: Skipped = message === undefined ? {} : { message };
          this.#take((text) => (open.skipped = { ...skipped, ...withText(text) }));
        }
        break;
      case 'flakyFailure':
      case 'flakyError':
        if (open !== undefined) {
          const kind = local === 'flakyError' ? 'error' : 'failure';
          this.#take((text) => (open.flaky = [...(open.flaky ?? []), { kind, ...facts, ...withText(text) }]));
        }
        break;
      case 'rerunFailure':
      case 'rerunError':
        // The case has its own failure; these are its further attempts.
        if (open !== undefined) {
          const kind = local === 'rerunError' ? 'error' : 'failure';
          this.#take((text) => open.problems.push({ kind, ...facts, ...withText(text) }));
        }
        break;
      case 'system-out':
        if (target !== undefined) this.#take((text) => (target.systemOut = joinText(target.systemOut, text)));
        break;
      case 'system-err':
        if (target !== undefined) this.#take((text) => (target.systemErr = joinText(target.systemErr, text)));
        break;
      case 'property':
        if (target !== undefined && name !== undefined) {
          this.#take((text) => (target.properties = { ...target.properties, [name]: value ?? text }));
        }
        break;
      default:
        break;
    }
  }

  #take(done: TextTarget): void {
    this.#text = { depth: this.#depth, done, content: '' };
  }

  #close(): void {
    if (this.#text?.depth === this.#depth) {
      const { done, content } = this.#text;
      this.#text = undefined;
      done(content);
    }
    this.#whenClosed.get(this.#depth)?.();
    this.#whenClosed.delete(this.#depth);
    this.#depth -= 1;
  }
}

function joinText(before: string | undefined, text: string): string {
  return before === undefined ? text : `${before}\n${text}`;
}

/** Seconds as tools write them: `1.5`, `1,234.5`, `1.5s`, `250ms`. What is none of these is left out. */
function parseSeconds(text: string | undefined): number | undefined {
  const match = /^\s*(?<number>\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)\s*(?<unit>m?s)?\s*$/i.exec(text ?? '')?.groups;
  if (match === undefined) return undefined;
  const value = Number((match['number'] ?? '').replaceAll(',', ''));
  if (!Number.isFinite(value)) return undefined;
  return match['unit']?.toLowerCase() === 'ms' ? value / 1_000 : value;
}
