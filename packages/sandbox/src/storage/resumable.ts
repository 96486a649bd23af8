import { invalid, StorageApiError } from './api-error.js';
import type { ContentWriter } from './content.js';
import { createContent, removeContent } from './content.js';
import type { Expected, ObjectFields, ObjectTable, StoredObject } from './object-store.js';
import type { Preconditions } from './preconditions.js';

/** An upload that comes in pieces. */
export interface UploadSession {
  readonly id: string;
  readonly target: { readonly bucket: string; readonly name: string };
  readonly fields: ObjectFields;
  readonly expected: Expected;
  readonly preconditions: Preconditions;
}

/** Where an upload stands after a request. */
export type UploadState =
  | { readonly done: true; readonly object: StoredObject }
  | { readonly done: false; readonly receivedBytes: number };

/** `bytes 0-99/200`, `bytes 0-99/*`, `bytes 0-*\/*`, `bytes *\/200` or `bytes *\/*`. */
export interface ContentRange {
  /** Position of the first byte of the body. `undefined`: a question, without a body. */
  readonly start: number | undefined;
  /** Position of the last byte. `undefined`: up to the end of the body. */
  readonly last: number | undefined;
  /** Length of the whole object. `undefined`: not known yet. */
  readonly total: number | undefined;
}

/** @throws {StorageApiError} 400 */
export function parseContentRange(text: string): ContentRange {
  const found = /^bytes\s+(?:\*|(?<start>\d{1,15})-(?<last>\d{1,15}|\*))\/(?<total>\d{1,15}|\*)$/.exec(
    text.trim(),
  )?.groups;
  if (found === undefined) throw invalid(`Failed to parse Content-Range header: ${text.slice(0, 80)}`);
  const number = (part: string | undefined) => (part === undefined || part === '*' ? undefined : Number(part));
  return { start: number(found['start']), last: number(found['last']), total: number(found['total']) };
}

/** The sessions of one Cloud Storage. */
export interface UploadSessions {
  start(session: UploadSession): void;
  /** Takes a PUT: a piece, the last piece, or a question how far it got. @throws {StorageApiError} 404, 400, 412, 499 */
  put(id: string, range: ContentRange, body: AsyncIterable<Uint8Array>): Promise<UploadState>;
  cancel(id: string): Promise<void>;
  /** Closes the files of unfinished uploads. */
  close(): Promise<void>;
}

interface Live {
  readonly session: UploadSession;
  writer?: ContentWriter;
  object?: StoredObject;
  cancelled?: boolean;
  /** One request at a time; the next waits for it. */
  turn: Promise<unknown>;
}

/** @see https://cloud.google.com/storage/docs/performing-resumable-uploads */
export function createUploadSessions(table: ObjectTable): UploadSessions {
  const sessions = new Map<string, Live>();

  const find = (id: string) => {
    const live = sessions.get(id);
    if (live === undefined) throw new StorageApiError(404, 'notFound', 'Upload session not found.');
    if (live.cancelled === true) throw new StorageApiError(499, 'clientClosedRequest', 'Upload session was cancelled.');
    return live;
  };

  const take = async (live: Live, range: ContentRange, body: AsyncIterable<Uint8Array>): Promise<UploadState> => {
    if (live.object !== undefined) return { done: true, object: live.object };
    const writer = (live.writer ??= createContent(table.newFile()));
    if (range.start !== undefined) await append(writer, range, body);
    // Without a total the piece that runs to the end of its body is the last one.
    const total = range.total ?? (range.start !== undefined && range.last === undefined ? writer.sizeBytes : undefined);
    if (total === undefined || writer.sizeBytes < total) return { done: false, receivedBytes: writer.sizeBytes };
    if (writer.sizeBytes > total) throw invalid(`Received ${writer.sizeBytes} bytes, expected ${total}.`);
    const content = await writer.finish();
    const { id, target, fields, expected, preconditions } = live.session;
    delete live.writer;
    try {
      live.object = table.put(target, content, { fields, expected, preconditions });
    } catch (refusal) {
      sessions.delete(id);
      await removeContent(content);
      throw refusal;
    }
    return { done: true, object: live.object };
  };

  return {
    start: (session) => void sessions.set(session.id, { session, turn: Promise.resolve() }),
    put(id, range, body) {
      const live = find(id);
      const state = live.turn.then(() => take(find(id) && live, range, body));
      live.turn = state.catch(() => undefined);
      return state;
    },
    async cancel(id) {
      const live = find(id);
      live.cancelled = true;
      await live.writer?.discard();
    },
    async close() {
      const unfinished = [...sessions.values()].filter((live) => live.writer !== undefined && live.cancelled !== true);
      sessions.clear();
      await Promise.all(unfinished.map((live) => live.writer?.discard().catch(() => undefined)));
    },
  };
}

/** Bytes the file has already are skipped; a gap is refused. What came before a lost connection is kept. */
async function append(writer: ContentWriter, range: ContentRange, body: AsyncIterable<Uint8Array>): Promise<void> {
  let skip = writer.sizeBytes - (range.start ?? 0);
  if (skip < 0) throw invalid(`Missing bytes: got ${range.start}, expected ${writer.sizeBytes}.`);
  let left = range.last === undefined ? Infinity : range.last - (range.start ?? 0) + 1;
  for await (const whole of body) {
    const chunk = whole.length > left ? whole.subarray(0, left) : whole;
    left -= chunk.length;
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length > 0) await writer.append(fresh);
  }
}
