import { SaxesParser } from 'saxes';
import { JunitError } from './errors.js';
import type { ReportNode } from './report-nodes.js';
import { createRootNode, Misplaced } from './report-nodes.js';
import type { TestReport } from './report.js';
import { createXmlDecoder } from './xml-decoder.js';

/** How much a document may ask for. */
export interface ReadOptions {
  /** Bytes of a document; of a string, UTF-16 units. @default 100_000_000, from which TestGrid takes a file as malformed */
  readonly maxBytes?: number;
  /** Elements inside each other. @default 100 */
  readonly maxDepth?: number;
}

const MAX_BYTES = 100_000_000;
const MAX_DEPTH = 100;

/**
 * Reads a JUnit report from text.
 *
 * Strict about XML: truncated text, a second root, undeclared entities and characters that XML 1.0 cannot hold are
 * errors. Lenient about JUnit: counts may be missing or wrong, times may have commas or units, unknown elements and
 * attributes are skipped. An encoding in the XML declaration says nothing of a string.
 *
 * @throws {JunitError} `MALFORMED` with line and column, `TOO_LARGE`, `TOO_DEEP`.
 */
export function parseReport(xml: string, options: ReadOptions = {}): TestReport {
  const { maxBytes = MAX_BYTES } = options;
  if (xml.length > maxBytes) throw tooLarge(maxBytes);
  const machine = createMachine(options);
  machine.write(xml);
  return machine.end();
}

/**
 * Reads a JUnit report piece by piece; of the text, only what is in the report is held.
 *
 * Bytes are decoded by byte order mark or XML declaration, else as UTF-8.
 *
 * @throws {JunitError} `MALFORMED` with line and column, also for bytes that are not of the encoding, `TOO_LARGE`,
 * `TOO_DEEP`; and what `chunks` throws.
 */
export async function readReport(
  chunks: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): Promise<TestReport> {
  const { maxBytes = MAX_BYTES } = options;
  const machine = createMachine(options);
  const decoder = createXmlDecoder();
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    machine.write(typeof chunk === 'string' ? chunk : locate(machine, () => decoder.decode(chunk)));
  }
  machine.write(locate(machine, () => decoder.end()));
  return machine.end();
}

interface Machine {
  write(text: string): void;
  end(): TestReport;
  position(): { readonly line: number; readonly column: number };
}

interface Open {
  readonly node: ReportNode;
  text: string;
}

function createMachine({ maxDepth = MAX_DEPTH }: ReadOptions): Machine {
  const parser = new SaxesParser();
  const position = () => ({ line: parser.line, column: parser.column + 1 });
  const malformed = (what: string, cause?: unknown) => {
    const { line, column } = position();
    return new JunitError('MALFORMED', `not a JUnit report: line ${line}, column ${column}: ${what}`, {
      line,
      column,
      cause,
    });
  };
  let report: TestReport | undefined;
  const stack: Open[] = [{ node: createRootNode((read) => (report = read)), text: '' }];
  const top = (): Open => stack[stack.length - 1] as Open; // the root node is never taken off

  parser.on('error', (error) => {
    throw malformed(error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length > maxDepth) {
      const { line, column } = position();
      const message = `not read: line ${line}, column ${column}: elements are nested more than ${maxDepth} deep`;
      throw new JunitError('TOO_DEEP', message, { line, column });
    }
    try {
      stack.push({ node: top().node.child(localName(name), attributes), text: '' });
    } catch (error) {
      throw error instanceof Misplaced ? malformed(error.message) : error;
    }
  });
  parser.on('closetag', () => {
    const { node, text } = stack.pop() as Open;
    node.end(text);
  });
  const onText = (text: string) => {
    const open = top();
    if (open.node.keepsText) open.text += text;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);

  return {
    position,
    // saxes takes an empty chunk for the end of the document's head.
    write: (text) => void (text === '' || parser.write(text)),
    end() {
      parser.close();
      if (report === undefined) throw malformed('there is no root element');
      return report;
    },
  };
}

function locate(machine: Machine, decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof JunitError) || error.line !== undefined) throw error;
    const { line, column } = machine.position();
    throw new JunitError(error.code, `not a JUnit report: after line ${line}, column ${column}: ${error.message}`, {
      line,
      column,
      cause: error.cause,
    });
  }
}

function tooLarge(maxBytes: number): JunitError {
  return new JunitError('TOO_LARGE', `not read: the report is larger than ${maxBytes} bytes`, {
    hint: 'Write less output into the report; readers such as TestGrid refuse it as well.',
  });
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
