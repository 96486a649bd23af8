import { LRUCache } from 'lru-cache';
import type { LogAnswer, LogLinesAnswer, LogSearchAnswer } from '../api.js';
import { DashboardError } from '../errors.js';
import { createLogIndex, type GrowingIndex, STRIDE } from './log-index.js';
import type { LogSource, LogSources } from './log-source.js';
import { searchable, splitLines } from './log-text.js';

/** Logs by line, without holding them: an index of places, and ranges read from the store. */
export interface Logs {
  /** What is known of a log. Waits for the whole index, but no longer than `waitMs`. */
  describe(path: string, options: { readonly waitMs: number }): Promise<LogAnswer>;
  /** @throws {DashboardError} `INVALID_REQUEST` for lines that are no range. */
  lines(path: string, range: { readonly from: number; readonly count: number }): Promise<LogLinesAnswer>;
  /** Lines that hold a text, in whatever case. */
  search(path: string, text: string, options?: { readonly signal?: AbortSignal }): Promise<LogSearchAnswer>;
}

/** Lines a call hands out at most, and numbers of lines a search does. */
export const MAX_LINES = 2_000;
const MAX_FOUND = 5_000;

interface Entry {
  readonly index: GrowingIndex;
  reading: Promise<void> | undefined;
}

/** The clock's part that is used. */
export interface Waiting {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export function createLogs(sources: LogSources, clock: Waiting): Logs {
  // An entry of a log of 100 MB and a million lines is some 60 KB.
  const entries = new LRUCache<string, Entry>({ max: 500 });

  const entryOf = (path: string): Entry => {
    const entry = entries.get(path) ?? { index: createLogIndex(), reading: undefined };
    entries.set(path, entry);
    return entry;
  };

  /** One reader a log at a time; who comes while it reads waits for it. */
  const readOn = (entry: Entry, source: LogSource): Promise<void> => {
    entry.reading ??= entry.index.readOn(source).finally(() => (entry.reading = undefined));
    return entry.reading;
  };

  return {
    async describe(path, { waitMs }) {
      const source = await sources.open(path);
      const entry = entryOf(path);
      const { index } = entry;
      if (index.bytes !== source.sizeBytes || entry.reading !== undefined) {
        const stop = new AbortController();
        const ended = readOn(entry, source).finally(() => stop.abort());
        await Promise.race([ended, clock.sleep(waitMs, stop.signal).catch(() => ended)]);
        ended.catch(() => undefined); // it is told to who asks next
      }
      return {
        file: path,
        lines: index.lines,
        indexedBytes: index.bytes,
        sizeBytes: source.sizeBytes,
        complete: entry.reading === undefined && index.bytes >= source.sizeBytes,
        ...(index.firstError === undefined ? {} : { firstError: index.firstError }),
      };
    },
    async lines(path, { from, count }) {
      if (!Number.isInteger(from) || !Number.isInteger(count) || from < 1 || count < 1 || count > MAX_LINES) {
        throw new DashboardError('INVALID_REQUEST', `no range of lines: from ${from}, count ${count}`, {
          hint: `Ask for up to ${MAX_LINES} lines, the first of which is 1.`,
        });
      }
      const source = await sources.open(path);
      const entry = entryOf(path);
      const { index } = entry;
      if (index.lines < from + count && index.bytes < source.sizeBytes) await readOn(entry, source);
      const firstBlock = Math.floor((from - 1) / STRIDE);
      const lastBlock = Math.ceil((from - 1 + count) / STRIDE);
      const start = index.offsets[firstBlock];
      const end = index.offsets[lastBlock] ?? Math.min(index.bytes, source.sizeBytes);
      if (start === undefined || start >= end) return { from, lines: [] };
      const lines: string[] = [];
      let number = firstBlock * STRIDE;
      const stream = await source.read(start, end);
      for await (const line of splitLines(stream)) {
        number += 1;
        if (number >= from) lines.push(line);
        if (lines.length === count) break;
      }
      stream.destroy();
      return { from, lines };
    },
    async search(path, text, { signal } = {}) {
      const wanted = text.toLowerCase();
      const source = await sources.open(path);
      const found: number[] = [];
      let [number, total] = [0, 0];
      if (wanted === '' || source.sizeBytes === 0) return { lines: found, total };
      const stream = await source.read(0, source.sizeBytes);
      for await (const line of splitLines(stream)) {
        if (signal?.aborted === true) break;
        number += 1;
        if (!searchable(line).includes(wanted)) continue;
        total += 1;
        if (found.length < MAX_FOUND) found.push(number);
      }
      stream.destroy();
      return { lines: found, total };
    },
  };
}
