import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { createTextSink } from './testing.js';

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };

describe(createLogger, () => {
  it('writes text: time, level, message, fields', () => {
    const stream = createTextSink();
    const log = createLogger({ stream, clock, level: 'debug' });
    log.debug('reading');
    log.info('cluster created', { name: 'e2e-1', note: 'two words', nodes: 3, empty: '', labels: { a: 1 } });
    log.warn('slow', { error: new Error('timed out') });
    log.error('two\nlines', { text: 'x\ny' });
    expect(stream.text).toBe(
      [
        '03:04:05 debug reading',
        '03:04:05 info  cluster created  name=e2e-1  note="two words"  nodes=3  empty=""  labels={"a":1}',
        '03:04:05 warn  slow  error="timed out"',
        '03:04:05 error two lines  text="x\\ny"',
        '',
      ].join('\n'),
    );
  });

  it('writes JSON, an object a line', () => {
    const stream = createTextSink();
    createLogger({ stream, clock, format: 'json' }).warn('slow', { ms: 5, cause: new TypeError('no') });
    expect(JSON.parse(stream.text)).toMatchObject({
      level: 'warn',
      time: '2026-01-02T03:04:05.000Z',
      msg: 'slow',
      ms: 5,
      cause: { type: 'TypeError', message: 'no' },
    });
  });

  it('drops what is below its level', () => {
    const stream = createTextSink();
    const log = createLogger({ stream, clock, level: 'warn' });
    log.debug('a');
    log.info('b');
    expect(stream.text).toBe('');
  });

  it('colours by level when asked to', () => {
    const stream = createTextSink();
    createLogger({ stream, clock, color: true }).error('no');
    expect(stream.text).toBe('\u001b[31m03:04:05 error no\u001b[0m\n');
  });

  it('writes no escape sequences of others', () => {
    const stream = createTextSink();
    createLogger({ stream, clock }).info('a\u001b[2Jb', { c: '\u001b[0m' });
    expect(stream.text).toBe('03:04:05 info  ab  c="\\u001b[0m"\n');
  });

  it('writes what JSON cannot hold as text', () => {
    const stream = createTextSink();
    const loop: Record<string, unknown> = { size: 12n, list: [{ a: 1 }] };
    loop['self'] = { loop };
    const error = Object.assign(new Error('no'), { loop, self: undefined as unknown });
    error.self = error;
    createLogger({ stream, clock }).info('odd', { loop, size: 7n, none: undefined, call: Symbol('s') });
    createLogger({ stream, clock, format: 'json' }).info('odd', { error, time: 'mine' });
    const [text, json] = stream.text.split('\n');
    expect(text).toBe(
      '03:04:05 info  odd  loop={"size":"12","list":[{"a":1}],"self":{"loop":"[circular]"}}  size="7"  call=Symbol(s)',
    );
    expect(JSON.parse(json ?? '')).toMatchObject({
      time: '2026-01-02T03:04:05.000Z',
      error: { message: 'no', self: '[circular]', loop: { self: { loop: '[circular]' } } },
    });
  });
});
