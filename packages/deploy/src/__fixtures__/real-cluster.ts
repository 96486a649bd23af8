import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Helm } from '@seatrial/helm';
import { createHelm, findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { connect } from '../connect.js';
import type { KubeClient } from '../kube-client.js';

const { env } = process;

/** kubeconfig of a cluster that may be tried upon. */
export const realKubeconfig = env['SEATRIAL_TEST_KUBECONFIG'];
/** Registry that this machine can push to and the cluster's nodes can pull from. */
export const realRegistry = env['SEATRIAL_TEST_REGISTRY'] ?? '127.0.0.1:5000';
/** Base image with Node.js 20 or newer, for the example operator. */
const baseImage = env['SEATRIAL_TEST_BASE_IMAGE'] ?? `${realRegistry}/node:20`;

export const exampleFolder = fileURLToPath(new URL('../../../../examples/tf-job-operator', import.meta.url));
export const exampleChart = join(exampleFolder, 'chart', 'tf-job-operator');

/** Title of a suite that needs a real cluster: says loudly when it is skipped. */
export function realClusterTitle(title: string): string {
  if (realKubeconfig !== undefined) return title;
  process.stderr.write(`\nSKIPPED: ${title}: set SEATRIAL_TEST_KUBECONFIG to a cluster to try this on\n`);
  return `${title} (skipped: SEATRIAL_TEST_KUBECONFIG is not set)`;
}

export const newId = (): string => randomBytes(4).toString('hex');

/** A cluster with clients of its own, and what to compare it by. */
export interface RealCluster extends AsyncDisposable {
  readonly kube: KubeClient;
  readonly helm: Helm;
  readonly kubeconfig: string;
  /** Temporary folder. */
  readonly dir: string;
}

export async function openRealCluster(): Promise<RealCluster> {
  const kubeconfig = realKubeconfig ?? '';
  const dir = await mkdtemp(join(tmpdir(), 'deploy-cluster-'));
  const kube = await connect(kubeconfig);
  const binary = await findHelm({ env, workspaceCopy: () => findWorkspaceHelm({}) });
  return {
    kube,
    helm: createHelm({ binary, home: join(dir, 'helm'), kubeconfig, env }),
    kubeconfig,
    dir,
    [Symbol.asyncDispose]: async () => {
      kube.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Builds the example operator and pushes it. @param build tells images of the same content apart */
export async function pushExampleImage(build: string): Promise<string> {
  const image = `${realRegistry}/seatrial-test/tf-job-operator:${build}`;
  const run = promisify(execFile);
  await run('docker', [
    'build',
    '--quiet',
    ...['--build-arg', `BASE_IMAGE=${baseImage}`],
    ...['--label', `build=${build}`],
    ...['--tag', image, exampleFolder],
  ]);
  await run('docker', ['push', '--quiet', image]);
  return image;
}

/**
 * What `kubectl get all,ns,crd,clusterrole,clusterrolebinding --all-namespaces` shows that has a text in its name or in that
 * of its namespace: others may be at work in the cluster.
 */
export async function listTraces(kube: KubeClient, of: string): Promise<readonly string[]> {
  const kinds = (await kube.listResources()).filter(
    ({ kind, resource }) =>
      /^(?:Namespace|CustomResourceDefinition|ClusterRole|ClusterRoleBinding)$/.test(kind) ||
      /^(?:pods|services|deployments|statefulsets|daemonsets|replicasets|jobs|tfjobs)$/.test(resource),
  );
  const lists = await Promise.all(kinds.map(async (kind) => ({ kind, items: (await kube.list(kind)).items })));
  return lists
    .flatMap(({ kind, items }) =>
      items.map(({ metadata }) => `${kind.resource} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`),
    )
    .filter((name) => name.includes(of))
    .sort();
}

/**
 * A chart with a definition of its own and an operator that does nothing: whoever waits for it to remove a finalizer waits
 * in vain.
 */
export async function writeIdleChart(dir: string, group: string): Promise<string> {
  const chart = join(dir, 'idle');
  await mkdir(join(chart, 'crds'), { recursive: true });
  await mkdir(join(chart, 'templates'), { recursive: true });
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  const labels = { app: 'idle' };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'idle' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'idle', image: `${realRegistry}/busybox:1`, command: ['sleep', '1000000'] }],
        },
      },
    },
  };
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: idle\nversion: 1.0.0\n');
  await writeFile(join(chart, 'crds', 'gadgets.yaml'), JSON.stringify(definition));
  await writeFile(join(chart, 'templates', 'deployment.yaml'), JSON.stringify(deployment));
  return chart;
}
