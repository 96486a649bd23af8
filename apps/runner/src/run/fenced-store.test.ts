import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createObjectStore } from '@seatrial/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFencedStore } from './fenced-store.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fenced-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe(createFencedStore, () => {
  it('writes while the lease is held, and nothing by any way once it is lost', async () => {
    const lost = new AbortController();
    const lease = { signal: lost.signal, confirm: async () => lost.signal.throwIfAborted() };
    const plain = createObjectStore();
    const store = createFencedStore(plain, lease);
    const [one, two] = [`file://${dir}/run/one`, `file://${dir}/run/two`];
    await store.write(one, 'mine');
    await writeFile(join(dir, 'local'), 'late');

    const reason = new Error('taken over');
    lost.abort(reason);
    for (const write of [
      () => store.write(one, 'late'),
      () => store.writeFile(one, join(dir, 'local')),
      () => store.copy(one, two),
      () => store.uploadFolder(dir, `file://${dir}/run`),
      () => store.delete(one),
    ]) {
      await expect(write()).rejects.toBe(reason);
    }
    expect(await store.readText(one)).toBe('mine');
    expect(await plain.exists(two)).toBe(false);
  });

  it('ends an upload in whose midst the lease is lost', async () => {
    const lost = new AbortController();
    const lease = { signal: lost.signal, confirm: async () => lost.signal.throwIfAborted() };
    const signals: (AbortSignal | undefined)[] = [];
    const slow = {
      ...createObjectStore(),
      write: (_uri: string, _body: unknown, options?: { readonly signal?: AbortSignal }) =>
        new Promise<never>((_resolve, reject) => {
          signals.push(options?.signal);
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
        }),
    };
    const writing = createFencedStore(slow, lease).write(`file://${dir}/one`, 'text', {
      signal: new AbortController().signal,
    });
    await expect.poll(() => signals.length).toBe(1);
    lost.abort(new Error('taken over'));
    await expect(writing).rejects.toThrow('taken over');
  });
});
