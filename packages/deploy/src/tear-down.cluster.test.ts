import { join } from 'node:path';
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
import { DEFINITION } from './crd-claims.js';
import { setUp } from './set-up.js';
import { tearDown } from './tear-down.js';
import type { TearDownOptions } from './tear-down.js';

const MINUTES = 60_000;

describe.skipIf(realKubeconfig === undefined)(realClusterTitle('tear-down on a real cluster'), () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await openRealCluster();
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  /** A chart with a definition that nobody else has, and what is done to its releases. */
  async function openTrial() {
    const id = newId();
    const group = `t${id}.example.com`;
    const chart = await writeIdleChart(join(cluster.dir, id), group);
    const where = (name: string) => ({
      helm: cluster.helm,
      kube: cluster.kube,
      release: 'idle',
      namespace: `seatrial-${id}-${name}`,
      timeoutMs: 2 * MINUTES,
    });
    const { apiVersion, kind } = DEFINITION;
    return {
      definition: `gadgets.${group}`,
      namespaceOf: (name: string) => where(name).namespace,
      install: (name: string) => setUp({ ...where(name), chart }),
      down: (name: string, options: Partial<TearDownOptions> = {}) => tearDown({ ...where(name), ...options }),
      findDefinition: () => cluster.kube.get({ apiVersion, kind, name: `gadgets.${group}` }),
      createGadget: (name: string, finalizers: readonly string[] = []) =>
        cluster.kube.create({
          apiVersion: `${group}/v1`,
          kind: 'Gadget',
          metadata: { name: 'held', namespace: where(name).namespace, finalizers },
        }),
      findGadget: (name: string) =>
        cluster.kube.get({
          apiVersion: `${group}/v1`,
          kind: 'Gadget',
          name: 'held',
          namespace: where(name).namespace,
        }),
      listTraces: () => listTraces(cluster.kube, id),
    };
  }

  it.concurrent('leaves the cluster as it was', { timeout: 3 * MINUTES }, async () => {
    const trial = await openTrial();
    await trial.install('one');
    await trial.createGadget('one');
    expect(await trial.findDefinition()).toBeDefined();
    await trial.down('one');
    expect(await trial.listTraces()).toEqual([]);
  });

  it.concurrent('of two trials at once takes the definition away with the last', { timeout: 4 * MINUTES }, async () => {
    const trial = await openTrial();
    await Promise.all([trial.install('left'), trial.install('right')]);
    await trial.createGadget('right');
    const lines: string[] = [];
    await trial.down('left', { onLine: (line) => lines.push(line) });
    expect(lines).toContain(`definition ${trial.definition} stays: ${trial.namespaceOf('right')}/idle uses it`);
    // Deleting the definition would have taken this along.
    expect(await trial.findGadget('right')).toBeDefined();
    await trial.down('right');
    expect(await trial.listTraces()).toEqual([]);
  });

  it.concurrent(
    'says who holds a custom resource, and removes its finalizer only when forced',
    { timeout: 4 * MINUTES },
    async () => {
      const trial = await openTrial();
      await trial.install('held');
      await trial.createGadget('held', ['example.com/cleanup']);
      await expect(trial.down('held', { finalizerTimeoutMs: 3_000 })).rejects.toMatchObject({
        code: 'TEARDOWN_FAILED',
        message: expect.stringContaining(
          `Gadget ${trial.namespaceOf('held')}/held is held by the finalizer example.com/cleanup`,
        ),
        // The controllers as they were then, and what the namespace's own conditions say of it afterwards.
        detail: expect.stringMatching(
          /Deployment \S+\/idle: ready[^]*NamespaceFinalizersRemaining: [^]*example\.com\/cleanup in 1 resource instances/,
        ),
      });
      expect(await trial.findDefinition()).toBeDefined();
      await trial.down('held', { finalizerTimeoutMs: 3_000, force: true });
      expect(await trial.listTraces()).toEqual([]);
    },
  );
});
