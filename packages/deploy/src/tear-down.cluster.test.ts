import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  listTraces,
  newId,
  openRealCluster,
  realClusterTitle,
  realKubeconfig,
  writeIdleChart,
} from './__fixtures__/real-cluster.js';
import type { RealCluster } from './__fixtures__/real-cluster.js';
import { setUp } from './set-up.js';
import { tearDown } from './tear-down.js';
import type { TearDownOptions } from './tear-down.js';

const MINUTES = 60_000;

describe.skipIf(realKubeconfig === undefined)(realClusterTitle('tear-down on a real cluster'), () => {
  const id = newId();
  const group = `t${id}.example.com`;
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: `gadgets.${group}`,
  };
  let cluster: RealCluster;
  let chart: string;
  beforeAll(async () => {
    cluster = await openRealCluster();
    chart = await writeIdleChart(cluster.dir, group);
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  const where = (name: string) => ({
    helm: cluster.helm,
    kube: cluster.kube,
    release: 'idle',
    namespace: `seatrial-${id}-${name}`,
    timeoutMs: 2 * MINUTES,
  });
  const install = (name: string) => setUp({ ...where(name), chart });
  const down = (name: string, options: Partial<TearDownOptions> = {}) => tearDown({ ...where(name), ...options });
  const gadget = (name: string, finalizers: readonly string[] = []) =>
    cluster.kube.create({
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name: 'held', namespace: where(name).namespace, finalizers },
    });

  it('leaves the cluster as it was', { timeout: 3 * MINUTES }, async () => {
    await install('one');
    await gadget('one');
    expect(await cluster.kube.get(definition)).toBeDefined();
    await down('one');
    expect(await listTraces(cluster.kube, id)).toEqual([]);
  });

  it('of two trials at once takes the definition away with the last', { timeout: 4 * MINUTES }, async () => {
    await Promise.all([install('left'), install('right')]);
    await gadget('right');
    const lines: string[] = [];
    await down('left', { onLine: (line) => lines.push(line) });
    expect(lines).toContain(`definition gadgets.${group} stays: seatrial-${id}-right/idle uses it`);
    // Deleting the definition would have taken this along.
    const held = { apiVersion: `${group}/v1`, kind: 'Gadget', name: 'held', namespace: where('right').namespace };
    expect(await cluster.kube.get(held)).toBeDefined();
    await down('right');
    expect(await listTraces(cluster.kube, id)).toEqual([]);
  });

  it(
    'says who holds a custom resource, and removes its finalizer only when forced',
    { timeout: 4 * MINUTES },
    async () => {
      await install('held');
      await gadget('held', ['example.com/cleanup']);
      const namespace = `seatrial-${id}-held`;
      await expect(down('held', { finalizerTimeoutMs: 3_000 })).rejects.toMatchObject({
        code: 'TEARDOWN_FAILED',
        message: expect.stringContaining(`Gadget ${namespace}/held is held by the finalizer example.com/cleanup`),
        // The controllers as they were then, and what the namespace's own conditions say of it afterwards.
        detail: expect.stringMatching(
          /Deployment \S+\/idle: ready[^]*NamespaceFinalizersRemaining: [^]*example\.com\/cleanup in 1 resource instances/,
        ),
      });
      expect(await cluster.kube.get(definition)).toBeDefined();
      await down('held', { finalizerTimeoutMs: 3_000, force: true });
      expect(await listTraces(cluster.kube, id)).toEqual([]);
    },
  );
});
