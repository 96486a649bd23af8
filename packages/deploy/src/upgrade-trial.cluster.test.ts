import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exampleChart,
  listTraces,
  newId,
  openRealCluster,
  pushExampleImage,
  realClusterTitle,
  realKubeconfig,
} from './__fixtures__/real-cluster.js';
import type { RealCluster } from './__fixtures__/real-cluster.js';
import { runUpgradeTrial } from './upgrade-trial.js';
import { tearDown } from './tear-down.js';

const MINUTES = 60_000;
const template = `
apiVersion: kubeflow.org/v1
kind: TFJob
metadata:
  name: \${name}
spec:
  replicaSpecs:
    Worker:
      replicas: 1
      template:
        spec:
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 0
          containers:
            - name: tensorflow
              image: \${image}
              command: [node, -e, "setInterval(() => {}, 1e6)"]
`;

describe.skipIf(realKubeconfig === undefined)(realClusterTitle('upgrade on a real cluster'), () => {
  const id = newId();
  let cluster: RealCluster;
  let images: readonly [last: string, build: string];
  beforeAll(async () => {
    cluster = await openRealCluster();
    images = [await pushExampleImage(`${id}-1`), await pushExampleImage(`${id}-2`)];
  }, 3 * MINUTES);
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  const trialIn = (namespace: string) => ({
    helm: cluster.helm,
    kube: cluster.kube,
    release: 'op',
    namespace,
    timeoutMs: 4 * MINUTES,
  });

  it.concurrent(
    'custom resources survive the exchange of their operator, forth and back',
    { timeout: 5 * MINUTES },
    async () => {
      const where = trialIn(`seatrial-${id}-upgrade`);
      const [last, build] = images;
      try {
        const suite = await runUpgradeTrial({
          ...where,
          previousChart: exampleChart,
          chart: exampleChart,
          set: { image: build, clusterWide: 'false' },
          previousSet: { image: last },
          template,
          params: { image: build },
          newId,
        });
        expect(suite.cases.map(({ name, problems, skipped }) => [name, skipped?.message ?? problems])).toEqual(
          [
            'install the last release',
            'bring 2 custom resources to Running',
            'upgrade to the new build',
            'operator pods are new after the upgrade',
            'new build brings a custom resource to Running',
            'custom resources survive the upgrade',
            'roll back to the last release',
            'operator pods are new after the roll-back',
            'last release brings a custom resource to Running',
            'custom resources survive the roll-back',
            'delete the custom resources',
          ].map((name) => [name, []]),
        );
      } finally {
        await tearDown(where);
      }
      expect(await listTraces(cluster.kube, where.namespace)).toEqual([]);
    },
  );

  it.concurrent('fails at the upgrade when the new build does not start', { timeout: 5 * MINUTES }, async () => {
    const where = trialIn(`seatrial-${id}-broken`);
    try {
      const suite = await runUpgradeTrial({
        ...where,
        previousChart: exampleChart,
        chart: exampleChart,
        set: { image: `${images[1]}-missing`, clusterWide: 'false' },
        previousSet: { image: images[0] },
        template,
        params: { image: images[0] },
        count: 1,
        newId,
      });
      const failed = suite.cases.filter(({ problems }) => problems.length > 0);
      expect(failed.map(({ name, problems }) => [name, problems[0]?.type])).toEqual([
        ['upgrade to the new build', 'NOT_READY'],
      ]);
      expect(failed[0]?.problems[0]?.message).toMatch(/ImagePull/);
      expect(suite.cases.at(-1)).toMatchObject({ name: 'delete the custom resources', problems: [] });
    } finally {
      await tearDown(where);
    }
    expect(await listTraces(cluster.kube, where.namespace)).toEqual([]);
  });
});
