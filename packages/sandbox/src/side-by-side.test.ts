import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as ownEnv, execPath } from 'node:process';
import { text } from 'node:stream/consumers';
import { Storage } from '@google-cloud/storage';
import { KubeConfig, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from './__fixtures__/clients.js';
import { digestOf } from './registry/blob-store.js';
import { startSandbox } from './start-sandbox.js';

const START_TIMEOUT_MS = 60_000;
const packageDir = join(import.meta.dirname, '..');
/** The command line, from its source. */
const cli = [execPath, '--conditions=@seatrial/source', '--import=tsx', join(import.meta.dirname, 'bin.ts')] as const;

type Variables = Readonly<Record<string, string>>;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-side-by-side-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** `seatrial-sandbox` in a process of its own, which finds no other's: its temporary folder is its own, too. */
async function startProcess(name: string) {
  const temporary = join(dir, name);
  await mkdir(temporary);
  const env = { PATH: ownEnv['PATH'], HOME: temporary, TMPDIR: temporary };
  const child = spawn(cli[0], [...cli.slice(1), 'up', '--docker', 'off'], { cwd: packageDir, env });
  const stderr = text(child.stderr);
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('The sandbox is up')) resolve();
    });
    child.once('close', () => void stderr.then((said) => reject(new Error(`it ended: ${said}`))));
  });
  return {
    temporary,
    env,
    variables: JSON.parse(await output(env, [...cli, 'env', '--json'])) as Variables,
    async stop() {
      const closed = once(child, 'close');
      child.kill('SIGINT');
      await closed;
    },
  };
}

/** What a program prints that succeeds. */
async function output(env: NodeJS.ProcessEnv, [program = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(program, args, { cwd: packageDir, env });
  const [printed, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  return printed;
}

/** What clients see of a sandbox, and one thing of each kind that they make in it. */
function clientsOf(variables: Variables) {
  const storage = new Storage({ apiEndpoint: variables['STORAGE_EMULATOR_HOST'] ?? '', projectId: 'sandbox' });
  const config = new KubeConfig();
  config.loadFromFile(variables['KUBECONFIG'] ?? '');
  const kubernetes = config.makeApiClient(CoreV1Api);
  const registry = `http://${variables['SEATRIAL_REGISTRY']?.split('/')[0]}`;
  const blob = digestOf('mine');
  return {
    async make() {
      await storage.createBucket('mine');
      await kubernetes.createNamespace({ body: { metadata: { name: 'mine' } } });
      await fetch(`${registry}/v2/mine/blobs/uploads/?digest=${blob}`, { method: 'POST', body: 'mine' });
    },
    async sees() {
      const [[isBucket], { items }, { status }] = await Promise.all([
        storage.bucket('mine').exists(),
        kubernetes.listNamespace(),
        fetch(`${registry}/v2/mine/blobs/${blob}`, { method: 'HEAD' }),
      ]);
      return { bucket: isBucket, namespace: items.some(({ metadata }) => metadata?.name === 'mine'), blob: status };
    },
  };
}

async function expectApart(first: Variables, second: Variables, stopSecond: () => Promise<void>): Promise<void> {
  const urls = Object.entries(second).filter(([, value]) => /^http|^127|^tcp/.test(value));
  expect(urls.filter(([name, value]) => first[name] === value)).toEqual([]);
  const [mine, other] = [clientsOf(first), clientsOf(second)];
  await mine.make();
  expect(await mine.sees()).toEqual({ bucket: true, namespace: true, blob: 200 });
  expect(await other.sees()).toEqual({ bucket: false, namespace: false, blob: 404 });
  await stopSecond();
  expect(await mine.sees()).toEqual({ bucket: true, namespace: true, blob: 200 });
}

describe('two sandboxes do not touch each other', () => {
  it('in one process', async () => {
    const options = { docker: 'off', defaultCluster: true, operationMs: 10, dataDir: dir } as const;
    await using first = await startSandbox(options);
    await using second = await startSandbox(options);
    await expectApart(first.env, second.env, () => second.close());
  });

  it(
    'in two processes, and each removes what it made',
    async () => {
      const [first, second] = await Promise.all([startProcess('first'), startProcess('second')]);
      await expectApart(first.variables, second.variables, () => second.stop());
      await first.stop();
      for (const { temporary } of [first, second]) {
        const left = (await readdir(temporary)).filter((name) => name.startsWith('seatrial-sandbox-'));
        expect(left).toEqual([]);
      }
    },
    START_TIMEOUT_MS,
  );
});

const kubectl = await findProgram('kubectl');
const helm = await findProgram('helm');

describe.skipIf(kubectl === undefined || helm === undefined)('eval "$(seatrial-sandbox env)"', () => {
  it(
    'gives a shell what kubectl, helm and @google-cloud/storage need',
    async () => {
      const sandbox = await startProcess('shell');
      try {
        const useStorage = `
          import { Storage } from '@google-cloud/storage';
          const [buckets] = await new Storage().getBuckets();
          console.log(buckets.map(({ name }) => name).join(' '));`;
        const script = `
          set -eu
          eval "$("$@" env)"
          "$KUBECTL" get nodes --no-headers
          "$HELM" list --all-namespaces --no-headers --output yaml
          "$1" --input-type=module --eval "$STORAGE"`;
        const env = { ...sandbox.env, KUBECTL: kubectl, HELM: helm, STORAGE: useStorage };
        const printed = await output(env, ['sh', '-c', script, 'sh', ...cli]);
        const [nodes = '', releases = '', buckets = ''] = printed.trim().split('\n');
        expect(nodes).toMatch(/^gke-sandbox-default-pool-\S+\s+Ready\s/);
        expect([releases, buckets]).toEqual(['[]', 'sandbox_cloudbuild seatrial-releases seatrial-results']);
      } finally {
        await sandbox.stop();
      }
    },
    START_TIMEOUT_MS,
  );
});
