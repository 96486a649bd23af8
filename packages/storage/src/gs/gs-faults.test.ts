import { randomBytes } from 'node:crypto';
import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createObjectStore } from '../create-object-store.js';

const uri = 'gs://seatrial-results/a/b';

async function open(faults: readonly string[]) {
  const sandbox = await startSandbox({ docker: 'off', faults });
  onTestFinished(() => sandbox.close());
  return createObjectStore({
    gcs: {
      apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '',
      maxRetries: 3,
      requestTimeoutMs: 1_500,
      idleTimeoutMs: 1_500,
    },
    sleep: async () => {},
    random: () => 1,
  });
}

describe('an object store over a Cloud Storage that', () => {
  it.each([
    ['breaks off what it is asked for', ['storage.GET/**/o/*:half:#1-3']],
    ['breaks off its word on what was written', ['storage.POST/upload/**:half:#1']],
    ['takes its time', ['storage:latency=120ms']],
    ['does all of it', ['storage.GET:half:#1', 'storage.POST:half:#1', 'storage:latency=20ms', 'storage.GET:503:#2']],
  ])('%s: nothing half is taken for whole', async (_what, faults) => {
    const store = await open(faults);
    const content = randomBytes(200_000);
    await store.write(uri, content);
    expect(Buffer.from(await store.read(uri)).equals(content)).toBe(true);
    expect(await store.stat(uri)).toMatchObject({ sizeBytes: content.length });
  });

  it('breaks off every answer: it fails, and says so', async () => {
    const store = await open(['storage.GET:half']);
    await store.write(uri, 'x'.repeat(1_000));
    await expect(store.stat(uri)).rejects.toMatchObject({ name: 'StorageError', code: 'UNAVAILABLE' });
  });
});
