import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Which part of a log is read, and how. */
export interface LogSelection {
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceMs?: number;
  readonly timestamps: boolean;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Bytes kept of a log; older ones are dropped, half of it at a time. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINE_BYTES = 16 * 1024;
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * The output of one run of a container, spooled to a file: each line as `TIME F|P TEXT`, where P is a piece of a line that
 * goes on, as container engines write it.
 */
export class LogFile {
  readonly #path: string;
  readonly #now: () => number;
  readonly #maxBytes: number;
  #fd: number | undefined;
  #sizeBytes = 0;
  /** Beginnings of lines, one for each stream, so that one does not go on in the middle of the other's. */
  readonly #pending = new Map<string, Buffer>();
  #generation = 0;
  #closed = false;
  #wake: (() => void)[] = [];

  /** The folder must be there. @param options.maxBytes @default 64 MiB */
  constructor(path: string, options: { readonly now: () => number; readonly maxBytes?: number }) {
    this.#path = path;
    this.#now = options.now;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#fd = openSync(path, 'a+');
  }

  /** Takes output; pieces without a newline wait for the rest of their line. */
  append(chunk: Uint8Array, stream = 'stdout'): void {
    if (this.#fd === undefined) return;
    let rest = Buffer.concat([this.#pending.get(stream) ?? Buffer.alloc(0), chunk]);
    const records: Buffer[] = [];
    for (;;) {
      const end = rest.indexOf(NEWLINE);
      if (end >= 0 && end <= MAX_LINE_BYTES) {
        records.push(this.#record('F', rest.subarray(0, end)));
        rest = rest.subarray(end + 1);
      } else if (rest.length > MAX_LINE_BYTES) {
        records.push(this.#record('P', rest.subarray(0, MAX_LINE_BYTES)));
        rest = rest.subarray(MAX_LINE_BYTES);
      } else break;
    }
    this.#pending.set(stream, Buffer.from(rest));
    if (records.length > 0) this.#write(Buffer.concat(records));
  }

  /** No more output comes; followers end. */
  close(): void {
    if (this.#closed) return;
    for (const text of this.#pending.values()) if (text.length > 0) this.#write(this.#record('P', text));
    this.#pending.clear();
    this.#closed = true;
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#wakeAll();
  }

  /** Closes and deletes. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
    rmSync(this.#older, { force: true });
  }

  /** The selected bytes, in pieces; with `follow` until the log is closed or the signal aborts. */
  async *read(selection: LogSelection): AsyncGenerator<Uint8Array> {
    const { limitBytes = Infinity, sinceMs, timestamps, follow, signal } = selection;
    let left = limitBytes;
    let generation = this.#generation;
    const emit = (line: Buffer): Buffer | undefined => {
      const record = parseRecord(line);
      if (record === undefined || (sinceMs !== undefined && record.ms < sinceMs)) return undefined;
      const text = Buffer.concat([
        ...(timestamps ? [Buffer.from(`${record.time} `)] : []),
        record.text,
        ...(record.full ? [Buffer.from('\n')] : []),
      ]).subarray(0, left);
      left -= text.length;
      return text;
    };

    const older = existsSync(this.#older) ? await this.#lines(this.#older, 0) : { lines: [], position: 0 };
    const current = await this.#lines(this.#path, 0);
    let position = current.position;
    const all = [...older.lines, ...current.lines];
    const wanted = selection.tailLines === undefined ? all : lastLines(all, selection.tailLines);
    for (const line of wanted) {
      const text = emit(line);
      if (text !== undefined && text.length > 0) yield text;
      if (left <= 0 || signal.aborted) return;
    }
    while (follow && !signal.aborted) {
      if (generation !== this.#generation) {
        generation = this.#generation;
        const rest = await this.#lines(this.#older, position);
        for (const line of rest.lines) {
          const text = emit(line);
          if (text !== undefined && text.length > 0) yield text;
          if (left <= 0) return;
        }
        position = 0;
      }
      if (position >= this.#sizeBytes) {
        if (this.#closed) return;
        await this.#changed(signal);
        continue;
      }
      const next = await this.#lines(this.#path, position);
      position = next.position;
      for (const line of next.lines) {
        const text = emit(line);
        if (text !== undefined && text.length > 0) yield text;
        if (left <= 0) return;
      }
    }
  }

  /** The last bytes as text, for a container's termination message. */
  async tail(maxLines: number, maxBytes: number): Promise<string> {
    const { lines } = await this.#lines(this.#path, Math.max(0, this.#sizeBytes - CHUNK_BYTES));
    const text = lines
      .slice(-maxLines)
      .map((line) => parseRecord(line))
      .map((record) => (record === undefined ? '' : `${record.text.toString('utf8')}${record.full ? '\n' : ''}`))
      .join('');
    return text.slice(-maxBytes);
  }

  get #older(): string {
    return `${this.#path}.1`;
  }

  #record(kind: 'F' | 'P', text: Buffer): Buffer {
    const time = new Date(this.#now()).toISOString().replace('Z', '000000Z');
    return Buffer.concat([Buffer.from(`${time} ${kind} `), text, Buffer.from('\n')]);
  }

  // Synchronous: a reader that is woken sees everything, in order, and the files are local.
  #write(bytes: Buffer): void {
    if (this.#fd === undefined) return;
    if (this.#sizeBytes + bytes.length > this.#maxBytes / 2 && this.#sizeBytes > 0) {
      closeSync(this.#fd);
      renameSync(this.#path, this.#older);
      this.#fd = openSync(this.#path, 'a+');
      this.#sizeBytes = 0;
      this.#generation += 1;
    }
    writeSync(this.#fd, bytes);
    this.#sizeBytes += bytes.length;
    this.#wakeAll();
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#wake.push(done);
    });
  }

  async #lines(path: string, from: number): Promise<{ lines: Buffer[]; position: number }> {
    const file = await open(path, 'r').catch(() => undefined); // rotated away or removed meanwhile
    if (file === undefined) return { lines: [], position: from };
    try {
      return await readLines(file, from);
    } finally {
      await file.close();
    }
  }
}

async function readLines(file: FileHandle, from: number): Promise<{ lines: Buffer[]; position: number }> {
  const lines: Buffer[] = [];
  let position = from;
  let rest = Buffer.alloc(0);
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position + rest.length);
    if (bytesRead === 0) return { lines, position };
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      lines.push(Buffer.from(rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
      position += end + 1;
    }
  }
}

interface LogRecord {
  readonly time: string;
  readonly ms: number;
  readonly full: boolean;
  readonly text: Buffer;
}

function parseRecord(line: Buffer): LogRecord | undefined {
  const first = line.indexOf(' ');
  if (first < 0) return undefined;
  const time = line.subarray(0, first).toString('latin1');
  // Date.parse takes milliseconds.
  const ms = Date.parse(`${time.slice(0, 23)}Z`);
  if (Number.isNaN(ms)) return undefined;
  return { time, ms, full: line[first + 1] === 70, text: line.subarray(first + 3) };
}

/** The last n whole lines; pieces count with the line they belong to. */
function lastLines(records: readonly Buffer[], count: number): readonly Buffer[] {
  if (count <= 0) return [];
  let lines = 0;
  for (let index = records.length - 1; index >= 0; index -= 1) {
    const line = records[index];
    const endsLine = index === records.length - 1 || (line !== undefined && parseRecord(line)?.full === true);
    if (endsLine) lines += 1;
    if (lines > count) return records.slice(index + 1);
  }
  return records;
}
