import { JunitError } from './errors.js';

/** Turns the bytes of one document into text, chunk by chunk. */
export interface XmlDecoder {
  /** @throws {JunitError} `MALFORMED` where the bytes are not of the document's encoding. */
  decode(chunk: Uint8Array): string;
  /** The rest, at the end of the document. */
  end(): string;
}

// As a type, the global is only in the DOM's library.
type Decoder = InstanceType<typeof TextDecoder>;

const SNIFFED_BYTES = 256;
const DECLARATION = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/;

/**
 * Decodes by byte order mark, else by the encoding that the XML declaration names, else as UTF-8.
 *
 * @param options.lenient Whether bytes that are not of the encoding become U+FFFD. @default false
 */
export function createXmlDecoder({ lenient = false }: { readonly lenient?: boolean } = {}): XmlDecoder {
  let decoder: Decoder | undefined;
  let head = new Uint8Array(0);

  const decodeWith = (using: Decoder, bytes: Uint8Array | undefined): string => {
    try {
      return bytes === undefined ? using.decode() : using.decode(bytes, { stream: true });
    } catch (cause) {
      throw new JunitError('MALFORMED', `not valid ${using.encoding.toUpperCase()}`, { cause });
    }
  };
  const start = (bytes: Uint8Array): Decoder => {
    const label = findEncoding(bytes);
    try {
      return new TextDecoder(label, { fatal: !lenient });
    } catch (cause) {
      throw new JunitError('MALFORMED', `unknown encoding ${JSON.stringify(label)}`, { cause, line: 1, column: 1 });
    }
  };

  return {
    decode(chunk) {
      if (decoder !== undefined) return decodeWith(decoder, chunk);
      head = concat(head, chunk);
      if (head.length < SNIFFED_BYTES) return '';
      decoder = start(head);
      return decodeWith(decoder, head);
    },
    end() {
      if (decoder !== undefined) return decodeWith(decoder, undefined);
      decoder = start(head);
      return decodeWith(decoder, head) + decodeWith(decoder, undefined);
    },
  };
}

function findEncoding(head: Uint8Array): string {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  // `<?` in UTF-16 without a mark.
  if (a === 0x3c && b === 0 && c === 0x3f && d === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c && c === 0 && d === 0x3f) return 'utf-16be';
  return DECLARATION.exec(new TextDecoder('latin1').decode(head.subarray(0, SNIFFED_BYTES)))?.[1] ?? 'utf-8';
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
