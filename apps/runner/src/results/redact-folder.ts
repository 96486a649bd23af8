import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Redactor } from '@seatrial/cli';

/** Bytes that are looked at to tell text from anything else, as git does. */
const HEAD_BYTES = 8_000;

/** Takes secrets out of a folder's text files, where they lie. Others (images, archives) are left as they are. */
export async function redactFolder(dir: string, redact: Redactor, signal?: AbortSignal): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  // Beside the folder: nothing in it is anything but its files, also when this is killed half way.
  const shown = `${resolve(dir)}.redacting`;
  for (const entry of entries) {
    signal?.throwIfAborted();
    if (entry.isFile()) await redactFile(join(entry.parentPath, entry.name), { redact, shown });
  }
}

/** @param place.shown Where the file is written without secrets, before that takes its place. */
async function redactFile(
  path: string,
  { redact, shown }: { readonly redact: Redactor; readonly shown: string },
): Promise<void> {
  if (!(await isText(path))) return;
  let hasChanged = false;
  try {
    await pipeline(
      createReadStream(path, { encoding: 'utf8' }),
      async function* (chunks: AsyncIterable<string>) {
        const stream = redact.stream();
        let [read, written] = [0, 0];
        for await (const chunk of chunks) {
          read += chunk.length;
          const text = stream.push(chunk);
          written += text.length;
          hasChanged ||= text.includes('[redacted]');
          yield text;
        }
        const rest = stream.end();
        hasChanged ||= rest.includes('[redacted]') || read !== written + rest.length;
        yield rest;
      },
      createWriteStream(shown),
    );
    // A file without secrets stays byte for byte, whatever its encoding.
    if (hasChanged) await rename(shown, path);
  } finally {
    await rm(shown, { force: true });
  }
}

async function isText(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return !buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await file.close();
  }
}
