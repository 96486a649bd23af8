import { describe, expect, it } from 'vitest';
import type { PipelineEvent } from './event.js';
import { createEventStream } from './event-stream.js';

const log = (line: string): PipelineEvent => ({ type: 'log', atMs: 0, name: 'a', line });
const state = (attempt: number): PipelineEvent => ({ type: 'task', atMs: 0, name: 'a', state: 'running', attempt });

async function readAll(events: AsyncIterable<PipelineEvent>): Promise<PipelineEvent[]> {
  const all: PipelineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe(createEventStream, () => {
  it('gives a consumer what it must know of the time before it joined, then what comes', async () => {
    const stream = createEventStream(() => [state(7)]);
    stream.push(log('unheard'));
    const reading = readAll(stream);
    stream.push(log('x'));
    stream.end();
    expect(await reading).toEqual([state(7), log('x')]);
    expect(await readAll(stream)).toEqual([state(7)]);
  });

  it('knows whether anybody listens', async () => {
    const stream = createEventStream();
    expect(stream.hasConsumers).toBe(false);
    const events = stream[Symbol.asyncIterator]();
    expect(stream.hasConsumers).toBe(true);
    await events.return?.();
    expect(stream.hasConsumers).toBe(false);
  });

  it('gives a waiting consumer events as they come', async () => {
    const stream = createEventStream();
    const reading = readAll(stream);
    stream.push(log('x'));
    await Promise.resolve();
    stream.push(log('y'));
    stream.end();
    expect(await reading).toEqual([log('x'), log('y')]);
  });

  it('gives later consumers what comes after they join', async () => {
    const stream = createEventStream();
    const first = readAll(stream);
    stream.push(log('x'));
    const second = readAll(stream);
    stream.push(log('y'));
    stream.end();
    expect(await first).toEqual([log('x'), log('y')]);
    expect(await second).toEqual([log('y')]);
  });

  it('drops the oldest lines of a slow consumer, says how many, and never drops states', async () => {
    const stream = createEventStream();
    const reader = stream[Symbol.asyncIterator]();
    stream.push(state(1));
    for (let at = 0; at < 1500; at += 1) stream.push(log(String(at)));
    stream.push(state(2));
    stream.end();
    const events = await readAll({ [Symbol.asyncIterator]: () => reader });
    expect(events).toHaveLength(1002);
    expect(events.slice(0, 3)).toEqual([state(1), { ...log('500'), dropped: 500 }, log('501')]);
    expect(events.slice(-2)).toEqual([log('1499'), state(2)]);
  });

  it('drops nothing at the limit', async () => {
    const stream = createEventStream();
    const reader = stream[Symbol.asyncIterator]();
    for (let at = 0; at < 1000; at += 1) stream.push(log(String(at)));
    stream.end();
    const events = await readAll({ [Symbol.asyncIterator]: () => reader });
    expect([events.length, events[0]]).toEqual([1000, log('0')]);
  });
});
