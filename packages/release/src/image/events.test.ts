import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EngineEvent, readEvents } from './events.js';

async function collect(stream: NodeJS.ReadableStream, signal?: AbortSignal): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of readEvents(stream, { signal })) events.push(event);
  return events;
}

describe(readEvents, () => {
  it('reads the same events however the bytes are split', async () => {
    const event = fc.record({ stream: fc.string({ unit: 'grapheme' }) });
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.array(fc.nat(200)), async (events, cuts) => {
        const bytes = Buffer.from(events.map((each) => `${JSON.stringify(each)}\r\n`).join(''));
        const points = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((point, index) => bytes.subarray(points[index], point));
        expect(await collect(Readable.from(chunks.filter((chunk) => chunk.length > 0)))).toEqual(events);
      }),
    );
  });

  it('reads a last event without its line end', async () => {
    expect(await collect(Readable.from(['{"stream":"a"}\n{"error":"b"}']))).toEqual([{ stream: 'a' }, { error: 'b' }]);
  });

  it('rejects what is no event', async () => {
    const reading = collect(Readable.from(['<html>proxy</html>\n']));
    await expect(reading).rejects.toThrow(
      expect.objectContaining({ code: 'ENGINE_FAILED', detail: '<html>proxy</html>' }) as Error,
    );
  });

  it('rejects a line without end before memory is full', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'x'.repeat(1024 * 1024);
      })(),
    );
    await expect(collect(endless)).rejects.toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }) as Error);
  });

  it('stops a silent stream when it is told to', async () => {
    const controller = new AbortController();
    const silent = new PassThrough();
    const reading = collect(silent, controller.signal);
    const reason = new Error('stopped by SIGINT');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(silent.destroyed).toBe(true);
  });
});
