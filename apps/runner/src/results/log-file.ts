import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Bytes that wait to be written together. */
const BATCH = 64 * 1024;
const LINE_END = 0x0a;
const encoder = new TextEncoder();

/** A text file that lines are added to. */
export interface LogFile {
  /** Adds a line. Written with others, at the latest at the next `flush`. @throws what the file system says */
  append(line: string): void;
  /** Writes what waits. @throws what the file system says; what waited is then lost */
  flush(): void;
}

/**
 * A file that lines are added to in large batches, each written before the call returns. So whoever produces lines is held
 * back by the disk, memory is bounded whatever comes, and a process that is killed loses what was not flushed and no more.
 *
 * An earlier process may have been killed while it wrote: its last line is ended first.
 */
export function createLogFile(path: string): LogFile {
  // One for all batches, which hold bytes and not strings: what waits as strings outlives collections of the young
  // generation, and then lies about until there is a full one.
  const bytes = new Uint8Array(BATCH);
  let waiting = 0;
  let isBegun = false;
  const writeOut = (): void => {
    if (waiting === 0) return;
    const size = waiting;
    waiting = 0;
    // Opened each time: a run of many tasks would otherwise hold as many files open.
    const file = openSync(path, isBegun ? 'a' : 'a+');
    try {
      if (!isBegun && isTorn(file)) writeSync(file, '\n');
      isBegun = true;
      for (let sent = 0; sent < size;) sent += writeSync(file, bytes, sent, size - sent);
    } finally {
      closeSync(file);
    }
  };
  return {
    append(line) {
      for (let text = `${line}\n`; ;) {
        const { read, written } = encoder.encodeInto(text, bytes.subarray(waiting));
        if (read === text.length) {
          waiting += written;
          return;
        }
        // Written by whole lines, so that who reads meanwhile sees none that is torn; but for one that fills all there is.
        if (waiting === 0) {
          waiting = written;
          text = text.slice(read);
        }
        writeOut();
      }
    },
    flush: writeOut,
  };
}

function isTorn(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] !== LINE_END;
}
