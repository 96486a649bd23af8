import { PassThrough } from 'node:stream';
import { createTextSink } from '@seatrial/cli/testing';
import { describe, expect, it } from 'vitest';
import { createAsk } from './prompt.js';

function terminal({ inTerminal = true, errTerminal = true } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: inTerminal });
  const stderr = createTextSink(errTerminal ? { columns: 80, rows: 24 } : undefined);
  const stop = new AbortController();
  return { stdin, stderr, stop, ask: createAsk({ stdin, stderr, signal: stop.signal }) };
}

describe(createAsk, () => {
  it('asks on stderr and reads a line of stdin', async () => {
    const { ask, stdin, stderr } = terminal();
    const answer = ask('PR Number: ', '--pull-number');
    stdin.write(' 7 \n');
    expect(await answer).toBe('7');
    expect(stderr.text).toBe('PR Number: ');
  });

  it.each([
    ['stdin', { inTerminal: false }],
    ['stderr', { errTerminal: false }],
  ])('names the missing flag where %s is no terminal, without asking', async (_what, options) => {
    const { ask, stdin, stderr } = terminal(options);
    stdin.write('7\n');
    await expect(ask('PR Number: ', '--pull-number')).rejects.toMatchObject({
      code: 'USAGE',
      message: '--pull-number is missing',
      hint: expect.stringContaining('--pull-number'),
    });
    expect(stderr.text).toBe('');
  });

  it('names the missing flag when the input ends', async () => {
    const { ask, stdin } = terminal();
    const answer = ask('Base ref (e.g. master): ', '--base-ref');
    stdin.end();
    await expect(answer).rejects.toMatchObject({
      code: 'USAGE',
      message: '--base-ref is missing, and the input ended',
    });
  });

  it.each(['before', 'while'])('ends with the reason of an abort %s asking', async (when) => {
    const { ask, stop } = terminal();
    const reason = new Error('stopped by SIGINT');
    if (when === 'before') stop.abort(reason);
    const answer = ask('PR Number: ', '--pull-number');
    stop.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });
});
