import { SaxesParser } from 'saxes';
import { JunitError } from './errors.js';
import { createXmlDecoder } from './xml-decoder.js';

/** How much a document may ask for. */
export interface ReadOptions {
  /** Bytes of a document; of a string, UTF-16 units. @default 100_000_000, from which TestGrid takes a file as malformed */
  readonly maxBytes?: number;
  /** Elements inside each other. @default 100 */
  readonly maxDepth?: number;
}

/** A document by pieces, as a file or an object store gives it. */
export type XmlChunks = AsyncIterable<Uint8Array | string>;

/** Attributes by local name. */
export type Attributes = Readonly<Record<string, string>>;

/** What an open element does with what is inside it. */
export interface XmlNode {
  /** Takes the element's own text, in pieces as they come. Left out where nobody wants it: then none is held either. */
  readonly text?: (piece: string) => void;
  /** Called for each element inside; returns what takes its content. */
  child(name: string, attributes: Attributes): XmlNode;
  /** Called at the closing tag. */
  end(): void;
}

/** A place where the structure is not a report's: the scanner adds line and column. */
export class Misplaced extends Error {}

/** Default of `maxBytes`. */
export const MAX_BYTES = 100_000_000;
const MAX_DEPTH = 100;
/** A message of this length is no message; what is held of a document in pieces would grow with it. */
const MAX_ATTRIBUTE_CHARS = 10_000_000;

/**
 * Hands a document's elements to `root`, strictly: what is not well-formed XML 1.0 is an error.
 *
 * @throws {JunitError} `MALFORMED` with line and column, `TOO_LARGE`, `TOO_DEEP`.
 */
export function scanText(root: XmlNode, xml: string, options: ReadOptions = {}): void {
  const { maxBytes = MAX_BYTES } = options;
  if (xml.length > maxBytes) throw tooLarge(maxBytes);
  const scanner = createScanner(root, options);
  scanner.write(xml);
  scanner.end();
}

/**
 * The same for a document in pieces, of which only the last one is held.
 *
 * Bytes are decoded by byte order mark or XML declaration, else as UTF-8.
 *
 * @throws {JunitError} As {@link scanText}, `MALFORMED` also for bytes that are not of the encoding; and what `chunks`
 * throws.
 */
export async function scanChunks(root: XmlNode, chunks: XmlChunks, options: ReadOptions = {}): Promise<void> {
  const { maxBytes = MAX_BYTES } = options;
  const scanner = createScanner(root, options);
  const decoder = createXmlDecoder();
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    scanner.write(typeof chunk === 'string' ? chunk : locate(scanner, () => decoder.decode(chunk)));
  }
  scanner.write(locate(scanner, () => decoder.end()));
  scanner.end();
}

/** @returns the error for a document of more bytes than a reader takes */
export function tooLarge(maxBytes: number): JunitError {
  return new JunitError('TOO_LARGE', `not read: the report is larger than ${maxBytes} bytes`, {
    hint: 'Write less output into the report; readers such as TestGrid refuse it as well.',
  });
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Scanner {
  write(text: string): void;
  end(): void;
  position(): Position;
}

function createScanner(root: XmlNode, { maxDepth = MAX_DEPTH }: ReadOptions): Scanner {
  // XML 1.1 allows more characters, but readers take a report for XML 1.0.
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const position = () => ({ line: parser.line, column: parser.column + 1 });
  const stack: XmlNode[] = [root];
  const top = (): XmlNode => stack[stack.length - 1] as XmlNode; // the root node is never taken off
  const onText = (piece: string) => top().text?.(piece);
  const listen = () => {
    // Without a handler saxes checks text, but does not collect it.
    if (top().text === undefined) parser.off('text');
    else parser.on('text', onText);
  };

  parser.on('error', (error) => {
    throw malformed(position(), error.message.replace(/^\d+:\d+: /, ''));
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length > maxDepth) {
      const { line, column } = position();
      const message = `not read: line ${line}, column ${column}: elements are nested more than ${maxDepth} deep`;
      throw new JunitError('TOO_DEEP', message, { line, column });
    }
    try {
      for (const name in attributes) rejectHuge(attributes[name] ?? '');
      stack.push(top().child(localName(name), attributes));
    } catch (error) {
      throw error instanceof Misplaced ? malformed(position(), error.message) : error;
    }
    listen();
  });
  parser.on('closetag', () => {
    stack.pop()?.end();
    listen();
  });
  parser.on('cdata', onText);

  // saxes holds a text, CDATA section or comment until it ends: one of 90 MB would be held whole. So what has come of it
  // is handed on after each piece. Its fields are private, but there is no other way to them.
  const flush = () => {
    const step = parser['stateTable'][parser['state']];
    if (step === parser['sText'] || step === parser['sCData']) onText(parser['text']);
    else if (step !== parser['sComment']) {
      for (const part of [parser['text'], parser['name'], parser['entity']]) rejectHuge(part);
      return;
    }
    parser['text'] = '';
  };
  const rejectHuge = (value: string) => {
    if (value.length <= MAX_ATTRIBUTE_CHARS) return;
    const { line, column } = position();
    const message = `not read: line ${line}, column ${column}: an attribute or name is longer than ${MAX_ATTRIBUTE_CHARS} characters`;
    throw new JunitError('TOO_LARGE', message, { line, column, hint: 'Write output as text, not into an attribute.' });
  };

  return {
    position,
    write(text) {
      if (text === '') return; // which saxes would take for the end of the document's head
      parser.write(text);
      flush();
    },
    end: () => void parser.close(),
  };
}

function malformed({ line, column }: Position, what: string): JunitError {
  const hint = /^disallowed character|^malformed character entity/.test(what)
    ? 'Leave control characters out where the report is written, or replace them: `seatrial-junit merge --repair -o NEW.xml OLD.xml`.'
    : undefined;
  const message = `not a JUnit report: line ${line}, column ${column}: ${what}`;
  return new JunitError('MALFORMED', message, { line, column, ...(hint === undefined ? {} : { hint }) });
}

function locate(scanner: Scanner, decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof JunitError) || error.line !== undefined) throw error;
    const { line, column } = scanner.position();
    throw new JunitError(error.code, `not a JUnit report: after line ${line}, column ${column}: ${error.message}`, {
      line,
      column,
      cause: error.cause,
    });
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
