/** A bucket of the sandbox in a process of its own, so that it does not count as whoever is measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '@seatrial/sandbox';

const self = fileURLToPath(import.meta.url);

export interface Bucket extends AsyncDisposable {
  /** As in STORAGE_EMULATOR_HOST. */
  readonly apiEndpoint: string;
}

export async function startBucket(name: string): Promise<Bucket> {
  const child: ChildProcess = fork(self, [name], { execArgv: ['--import', 'tsx'] });
  const [apiEndpoint] = (await once(child, 'message')) as [string];
  return {
    apiEndpoint,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

if (process.argv[1] === self) await serve(process.argv[2] ?? '');

/** Says where the bucket is, and keeps it until the parent is gone. */
async function serve(name: string): Promise<void> {
  const sandbox = await startSandbox({ docker: 'off' });
  sandbox.storage.objects.createBucket(name);
  process.send?.(sandbox.env['STORAGE_EMULATOR_HOST']);
  await once(process, 'disconnect');
  await sandbox.close();
}
