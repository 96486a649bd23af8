import { invalid, StorageApiError } from './api-error.js';

/** The two parts of an upload with `uploadType=multipart`. */
export interface MultipartUpload {
  /** The first part, a JSON object. */
  readonly metadata: Record<string, unknown>;
  /** Content type of the second part, if it names one. */
  readonly contentType: string | undefined;
  /** The second part, to be read once, piece by piece. */
  readonly data: AsyncIterable<Uint8Array>;
}

const MAX_HEAD_BYTES = 1024 * 1024;

/** The boundary of a `multipart/related` content type. @throws {StorageApiError} 400 without one. */
export function parseBoundary(contentType: string): string {
  // gcloud quotes with apostrophes, which is no MIME, and the real service takes that.
  const { quoted, bare } =
    /;\s*boundary=(?:(?<mark>["'])(?<quoted>.+?)\k<mark>|(?<bare>[^\s;]+))/i.exec(contentType)?.groups ?? {};
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw invalid('Missing multipart boundary.');
  return boundary;
}

function parseHeaders(text: string, eol: string): ReadonlyMap<string, string> {
  const lines = text.split(eol).filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).trim().toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

/**
 * Takes a `multipart/related` body apart as it arrives.
 *
 * @throws {StorageApiError} 400 when it is not two parts or the first is not a JSON object; while reading `data` when the
 * closing boundary never comes.
 * @see https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object-with-multipart
 */
export async function readMultipart(body: AsyncIterable<Uint8Array>, boundary: string): Promise<MultipartUpload> {
  const source = body[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  const more = async () => {
    const { done, value } = await source.next();
    if (done === true) return false;
    buffer = buffer.length === 0 ? Buffer.from(value) : Buffer.concat([buffer, value]);
    return true;
  };
  /** Cuts off and returns what stands before `mark`. */
  const take = async (mark: string): Promise<Buffer> => {
    for (;;) {
      const at = buffer.indexOf(mark);
      if (at >= 0) {
        const before = buffer.subarray(0, at);
        buffer = buffer.subarray(at + mark.length);
        return before;
      }
      if (buffer.length > MAX_HEAD_BYTES || !(await more())) throw invalid('Malformed multipart body.');
    }
  };
  await take(`--${boundary}`);
  // gcloud ends its lines with a bare line feed, and the real service takes that.
  const eol = (await take('\n')).at(-1) === 0x0d ? '\r\n' : '\n';
  const readHead = async () => parseHeaders((await take(`${eol}${eol}`)).toString('utf8'), eol);
  buffer = Buffer.concat([Buffer.from(eol), buffer]); // a part without headers ends here
  await readHead();
  const json = (await take(`${eol}--${boundary}`)).toString('utf8');
  await take('\n');
  buffer = Buffer.concat([Buffer.from(eol), buffer]);
  const contentType = (await readHead()).get('content-type');
  return { metadata: parseObject(json), contentType, data: readData() };

  async function* readData(): AsyncGenerator<Uint8Array> {
    const mark = `${eol}--${boundary}`;
    for (;;) {
      const at = buffer.indexOf(mark);
      if (at >= 0) {
        if (at > 0) yield buffer.subarray(0, at);
        buffer = Buffer.alloc(0);
        while (await more()) buffer = Buffer.alloc(0); // the epilogue
        return;
      }
      // The mark may begin at the end of what is here.
      const safe = buffer.length - mark.length + 1;
      if (safe > 0) {
        const piece = buffer.subarray(0, safe);
        buffer = buffer.subarray(safe);
        yield piece;
      }
      if (!(await more())) throw invalid('Multipart body ended before its closing boundary.');
    }
  }
}

/** A JSON object. @throws {StorageApiError} 400 for anything else. */
export function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = json.trim() === '' ? {} : JSON.parse(json);
  } catch (cause) {
    throw Object.assign(new StorageApiError(400, 'parseError', 'Parse Error'), { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('Expected a JSON object.');
  return value as Record<string, unknown>;
}
