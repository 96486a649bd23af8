import { startSandbox } from '@seatrial/sandbox';
import { type FlakyWire, startFlakyWire } from './flaky-wire.js';

/** The bucket that is there. */
export const BUCKET = 'ci-logs';

/** The sandbox's Cloud Storage behind a line that can break. For tests of this package only. */
export interface Cloud extends AsyncDisposable {
  readonly apiEndpoint: string;
  readonly wire: FlakyWire;
  /** Names of the objects, sorted. */
  names(): readonly string[];
  /** Adds an object past this package, under any name and with any facts. */
  put(name: string, content: string | Buffer, facts?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Back to an empty bucket and a line that works. */
  reset(): void;
}

export async function startCloud(): Promise<Cloud> {
  const sandbox = await startSandbox({ docker: 'off' });
  const { objects } = sandbox.storage;
  objects.createBucket(BUCKET);
  const server = sandbox.env['STORAGE_EMULATOR_HOST'] ?? '';
  const wire = await startFlakyWire(server);
  const names = () => objects.list(BUCKET, { maxResults: 10_000 }).objects.map(({ name }) => name);
  return {
    apiEndpoint: wire.url,
    wire,
    names,
    async put(name, content, facts = {}) {
      const parts = [JSON.stringify({ name, ...facts }), content];
      const body = parts.flatMap((part) => ['--x\r\n\r\n', part, '\r\n']).map((part) => Buffer.from(part as string));
      const answer = await fetch(`${server}/upload/storage/v1/b/${BUCKET}/o?uploadType=multipart`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; boundary=x' },
        body: Buffer.concat([...body, Buffer.from('--x--\r\n')]),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    reset() {
      for (const name of names()) objects.delete(BUCKET, name, { preconditions: {} });
      wire.reset();
    },
    async [Symbol.asyncDispose]() {
      await wire[Symbol.asyncDispose]();
      await sandbox.close();
    },
  };
}
