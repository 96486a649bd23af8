import { SaxesParser } from 'saxes';
import { ProwError } from '../errors.js';

/** A `failure`, `error` or `skipped` element. */
export interface DocumentNote {
  /** Attribute; `''` when it is missing. */
  readonly message: string;
  /** The element's own text, with its white space. */
  readonly text: string;
}

/** A `testcase` element, nothing of it judged yet: readers differ in what they make of it. */
export interface DocumentCase {
  readonly name: string;
  readonly className: string;
  readonly timeSeconds: number;
  readonly errors: readonly DocumentNote[];
  readonly failures: readonly DocumentNote[];
  readonly skipped: readonly DocumentNote[];
  readonly systemOut: string;
  readonly systemErr: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/** A `testsuite` element. */
export interface DocumentSuite {
  readonly name: string;
  /** Directly inside this suite, in the order of the document. */
  readonly suites: readonly DocumentSuite[];
  readonly cases: readonly DocumentCase[];
}

/** Bytes from which readers give a file up. */
export const maxJunitBytes = 100_000_000;

/**
 * Reads a junit file as TestGrid and Spyglass do, which is stricter in numbers and encodings than `@seatrial/junit` and looser
 * elsewhere: only the first root element is read, a file of no elements has no suites, and cases directly below
 * `<testsuites>` are lost.
 *
 * @throws {ProwError} `MALFORMED`, with line and column where there are any.
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/metadata/junit/junit.go
 */
export function parseJunitDocument(content: string | Uint8Array): readonly DocumentSuite[] {
  const text = decode(content);
  const start = text.indexOf('<');
  return start === -1 ? [] : readElements(text.slice(start)); // text in front is passed over
}

function decode(content: string | Uint8Array): string {
  if (content.length > maxJunitBytes) throw malformed(`larger than ${maxJunitBytes} bytes`);
  if (typeof content === 'string') return content;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (cause) {
    throw malformed('not UTF-8', cause);
  }
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly suite?: Mutable<DocumentSuite>;
  readonly testCase?: Mutable<DocumentCase>;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

const maxDepth = 10_000; // Go's own limit

function readElements(xml: string): readonly DocumentSuite[] {
  const roots: DocumentSuite[] = [];
  const open: OpenElement[] = [];
  let isRead = false;
  const parser = new SaxesParser();
  const at = (why: string, cause?: unknown) =>
    malformed(`line ${parser.line}, column ${parser.column + 1}: ${why}`, cause);
  parser.on('error', (error) => {
    if (!isRead) throw at(error.message.replace(/^\d+:\d+: /, ''), error);
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) throw at(`encoding ${encoding} is not UTF-8`);
  });
  parser.on('opentag', (tag) => {
    if (isRead) return;
    const name = localName(tag.name);
    if (open.length >= maxDepth) throw at('nested too deeply');
    if (open.length === 0 && name !== 'testsuites' && name !== 'testsuite') {
      throw at(`the root element is <${name}>, not <testsuites> or <testsuite>`);
    }
    const attributes = Object.fromEntries(
      Object.entries(tag.attributes).map(([key, value]) => [localName(key), value]),
    );
    try {
      open.push(openElement(name, attributes, open.at(-1)));
    } catch (error) {
      throw error instanceof BadNumber ? at(error.message) : error;
    }
  });
  const onText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined || isRead) return;
    close(element, open, roots);
    isRead = open.length === 0; // what comes after the root is not looked at
  });
  parser.write(xml).close();
  if (!isRead && open.length > 0) throw at('it ends too early');
  return roots;
}

function openElement(
  name: string,
  attributes: Readonly<Record<string, string>>,
  parent: OpenElement | undefined,
): OpenElement {
  const attribute = (key: string) => attributes[key] ?? '';
  const element = { name, attributes, text: '' };
  const isSuitePlace = parent === undefined || parent.name === 'testsuites' || parent.suite !== undefined;
  if (name === 'testsuite' && isSuitePlace) {
    for (const key of ['tests', 'failures', 'errors', 'skipped', 'disabled']) parseInteger(key, attribute(key));
    parseFloat(attribute('time'));
    return { ...element, suite: { name: attribute('name'), suites: [], cases: [] } };
  }
  if (name === 'testcase' && parent?.suite !== undefined) {
    const lists = { errors: [], failures: [], skipped: [], properties: [] };
    const text = { name: attribute('name'), className: attribute('classname'), systemOut: '', systemErr: '' };
    return { ...element, testCase: { ...text, ...lists, timeSeconds: parseFloat(attribute('time')) } };
  }
  return element;
}

function close(element: OpenElement, open: readonly OpenElement[], roots: DocumentSuite[]): void {
  const parent = open.at(-1);
  if (element.suite !== undefined) (parent?.suite?.suites ?? roots).push(element.suite);
  if (element.testCase !== undefined) parent?.suite?.cases.push(element.testCase);
  const { name, attributes, text } = element;
  if (name === 'property' && parent?.name === 'properties') {
    const property = { name: attributes['name'] ?? '', value: attributes['value'] ?? '' };
    open.at(-2)?.testCase?.properties.push(property);
  }
  const testCase = parent?.testCase;
  if (testCase === undefined) return;
  const note = { message: attributes['message'] ?? '', text };
  if (name === 'error') testCase.errors.push(note);
  if (name === 'failure') testCase.failures.push(note);
  if (name === 'skipped') testCase.skipped.push(note);
  if (name === 'system-out') testCase.systemOut = text;
  if (name === 'system-err') testCase.systemErr = text;
}

class BadNumber extends Error {}

function parseInteger(name: string, text: string): void {
  if (!/^[+-]?\d+$|^$/.test(text.trim())) throw new BadNumber(`${name} is not an integer: ${JSON.stringify(text)}`);
}

/** What Go takes for a decimal number. */
function parseFloat(text: string): number {
  const number = text.trim();
  if (/^[+-]?(?:inf|infinity|nan)$/i.test(number)) return 0; // no time that anybody could show
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$|^$/i.test(number)) {
    throw new BadNumber(`time is not a number: ${JSON.stringify(text)}`);
  }
  return Number(number);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function malformed(why: string, cause?: unknown): ProwError {
  return new ProwError('MALFORMED', `junit file is malformed: ${why}`, { cause });
}
