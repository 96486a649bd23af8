import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LRUCache } from 'lru-cache';
import { DashboardError } from '../errors.js';
import type { Results } from '../results/results.js';

/** A log as it is now: bytes that can be read from anywhere. */
export interface LogSource {
  readonly sizeBytes: number;
  readonly generation: string;
  /** Bytes from `start` up to, and without, `end`. */
  read(start: number, end: number): Promise<Readable>;
}

/** Finds logs. Those that are stored compressed are unpacked into a temporary folder first, as they have no ranges. */
export interface LogSources extends AsyncDisposable {
  /** @throws {DashboardError} `NOT_FOUND`. */
  open(path: string): Promise<LogSource>;
}

/** Bytes of unpacked logs that are kept. */
const MAX_SPOOLED = 1024 * 1024 * 1024;

export function createLogSources(results: Results): LogSources {
  let folder: Promise<string> | undefined;
  let made = 0;
  const spooled = new LRUCache<string, { readonly file: string; readonly sizeBytes: number }>({
    maxSize: MAX_SPOOLED,
    sizeCalculation: ({ sizeBytes }) => sizeBytes + 1,
    dispose: ({ file }) => void rm(file, { force: true }),
  });
  const unpacking = new Map<string, Promise<{ readonly file: string; readonly sizeBytes: number }>>();

  const unpack = async (path: string, key: string) => {
    folder ??= mkdtemp(join(tmpdir(), 'seatrial-ui-'));
    const file = join(await folder, String((made += 1)));
    await pipeline(await results.stream(path), createWriteStream(file));
    const entry = { file, sizeBytes: (await stat(file)).size };
    spooled.set(key, entry);
    return entry;
  };

  const unpacked = (path: string, key: string) => {
    const known = spooled.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const running = unpacking.get(key) ?? unpack(path, key).finally(() => unpacking.delete(key));
    unpacking.set(key, running);
    return running;
  };

  return {
    async open(path) {
      const object = await results.stat(path);
      if (object === undefined) throw new DashboardError('NOT_FOUND', `there is no log at ${path}`);
      const { generation, contentEncoding, sizeBytes } = object;
      if (contentEncoding !== 'gzip') {
        return { generation, sizeBytes, read: (start, end) => results.stream(path, { start, end: end - 1 }) };
      }
      const { file, sizeBytes: unpackedBytes } = await unpacked(path, `${path}\0${generation}`);
      return {
        generation,
        sizeBytes: unpackedBytes,
        read: async (start, end) => createReadStream(file, { start, end: end - 1 }),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(unpacking.values());
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}
