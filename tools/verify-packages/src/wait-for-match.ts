import type { Readable } from 'node:stream';

/**
 * Reads a program's output until it matches; what comes later is read and dropped, so that it never blocks.
 *
 * @throws {Error} when the output ends first, or after `timeoutMs`; the message quotes the end of it.
 */
export function waitForMatch(output: Readable, pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => reject(new Error(`${why} before ${String(pattern)}: ${text.slice(-400)}`));
    const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const match = pattern.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
    output.once('end', () => {
      clearTimeout(timer);
      fail('the output ended');
    });
  });
}
