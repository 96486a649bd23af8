import { createInterface } from 'node:readline/promises';
import type { CommandIo } from '@seatrial/cli';
import { UsageError } from '@seatrial/cli';
import type { Ask } from './refs-under-test.js';

/**
 * Asks on stderr, so that stdout holds nothing but results, and reads a line of stdin. Only where both are terminals:
 * elsewhere nobody would see the question, and a job of CI would wait for ever.
 *
 * The returned function throws {@link UsageError} that names the missing flag without a terminal, or when the input ends.
 */
export function createAsk({ stdin, stderr, signal }: Pick<CommandIo, 'stdin' | 'stderr' | 'signal'>): Ask {
  return async (question, flag) => {
    const missing = (why: string) =>
      new UsageError(`${flag} is missing${why}`, { hint: `Give ${flag}, or run it in a terminal to be asked.` });
    if (!isTerminal(stdin) || !isTerminal(stderr)) throw missing('');
    signal.throwIfAborted();
    const lines = createInterface({ input: stdin, output: stderr, terminal: false });
    const ended = new AbortController();
    lines.once('close', () => ended.abort(missing(', and the input ended')));
    try {
      const answer = await lines.question(question, { signal: AbortSignal.any([signal, ended.signal]) });
      return answer.trim();
    } catch (error) {
      // readline rejects with an error of its own.
      signal.throwIfAborted();
      ended.signal.throwIfAborted();
      throw error;
    } finally {
      lines.close();
    }
  };
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
