import { createGke, gkeOptionsFromEnv } from '@seatrial/gke';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKindProvider } from './__fixtures__/kind-provider.js';
import type { ClusterProvider } from './cluster-provider.js';
import { createGkeProvider } from './gke-provider.js';
import { createKubeconfigProvider } from './kubeconfig-provider.js';
import { createSandboxProvider } from './sandbox-provider.js';
import { providerConformance } from './testing/index.js';

const dir = await mkdtemp(join(tmpdir(), 'providers-'));
let sandbox: Sandbox;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off', defaultCluster: true, operationMs: 10 });
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await sandbox.close();
  await rm(dir, { recursive: true });
});

/** Stands in for the program `kind`: its clusters are files, and all of them are the sandbox's default one. */
const kindProgram = (clusters: string, kubeconfig: string): string => `#!/bin/sh
set -e
mkdir -p ${clusters}
case "$1 $2" in
'get clusters') ls ${clusters} ;;
'create cluster') test ! -e "${clusters}/$4"; touch "${clusters}/$4" ;;
'export kubeconfig') test -e "${clusters}/$4"; cp ${kubeconfig} "$6" ;;
'delete cluster') rm -f "${clusters}/$4" ;;
*) exit 64 ;;
esac
`;

const providers: readonly [name: string, create: () => ClusterProvider | Promise<ClusterProvider>][] = [
  [
    'gke',
    () => {
      const { project = '', accessToken = '', endpoint } = gkeOptionsFromEnv(sandbox.env);
      const gke = createGke({ endpoint, accessToken });
      closers.push(() => gke.close());
      return createGkeProvider({ gke, project, locations: ['us-east1-b', 'us-west1-a'], user: { token: accessToken } });
    },
  ],
  ['kubeconfig', () => createKubeconfigProvider({ kubeconfigPath: sandbox.env['KUBECONFIG'] ?? '' })],
  [
    'sandbox',
    () => {
      const provider = createSandboxProvider({ sandbox: async () => sandbox.env });
      closers.push(() => provider[Symbol.asyncDispose]());
      return provider;
    },
  ],
  [
    'kind, an example of one in another repository',
    async () => {
      const kind = join(dir, 'kind');
      await writeFile(kind, kindProgram(join(dir, 'clusters'), sandbox.env['KUBECONFIG'] ?? ''), { mode: 0o755 });
      return createKindProvider({ kind });
    },
  ],
];

describe.each(providers)('the provider %s', (name, createProvider) => {
  const checks = providerConformance({ createProvider, dir: join(dir, name) });
  for (const check of checks) it(check.name, check.run, 60_000);
});

describe(providerConformance, () => {
  it('finds a provider that forgets its clusters, and one whose plans differ', async () => {
    const kind = createKindProvider({ kind: join(dir, 'kind') });
    let count = 0;
    const faulty: ClusterProvider = {
      ...kind,
      plan: (request) => ({ ...kind.plan(request), made: (count += 1) }),
      exists: async () => false,
    };
    const failed: string[] = [];
    for (const { name, run } of providerConformance({ createProvider: () => faulty, dir })) {
      await run().catch(() => failed.push(name));
    }
    expect(failed).toEqual([
      'plans the same cluster for the same run, as plain JSON that names the provider',
      'creates a cluster, or takes it, and knows it by the planned handle',
      'takes over a cluster that an earlier attempt of the run made',
    ]);
  });

  it('is shown in the docs with the example that is tested here', async () => {
    const docs = await readFile(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
    const example = await readFile(join(import.meta.dirname, '__fixtures__/kind-provider.ts'), 'utf8');
    expect(docs).toContain(example);
  });
});
