import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Characters that wait to be written together. */
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
  let batch = '';
  // One for all batches: buffers that are made anew for each add up before they are collected.
  const bytes = new Uint8Array(3 * BATCH);
  const writeText = (file: number, text: string) => {
    for (let from = 0; from < text.length;) {
      const { read, written } = encoder.encodeInto(from === 0 ? text : text.slice(from), bytes);
      for (let sent = 0; sent < written;) sent += writeSync(file, bytes, sent, written - sent);
      from += read;
    }
  };
  let isBegun = false;
  return {
    append(line) {
      batch += `${line}\n`;
      if (batch.length >= BATCH) this.flush();
    },
    flush() {
      if (batch === '') return;
      const text = batch;
      batch = '';
      // Opened each time: a run of many tasks would otherwise hold as many files open.
      const file = openSync(path, isBegun ? 'a' : 'a+');
      try {
        if (!isBegun && isTorn(file)) writeSync(file, '\n');
        isBegun = true;
        writeText(file, text);
      } finally {
        closeSync(file);
      }
    },
  };
}

function isTorn(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] !== LINE_END;
}
