import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exampleChart,
  exampleFolder,
  listTraces,
  newId,
  openRealCluster,
  pushExampleImage,
  realClusterTitle,
  realKubeconfig,
} from './__fixtures__/real-cluster.js';
import type { RealCluster } from './__fixtures__/real-cluster.js';
import { collect } from './collect.js';
import { runCommandTest } from './command-test.js';
import { runHelmTest } from './helm-test.js';
import { runCustomResourceTest } from './resource-test.js';
import { setUp } from './set-up.js';
import { tearDown } from './tear-down.js';

const MINUTES = 60_000;

describe.skipIf(realKubeconfig === undefined)(realClusterTitle('tests on a real cluster'), () => {
  const id = newId();
  const namespace = `seatrial-${id}-tests`;
  let cluster: RealCluster;
  let image: string;
  let template: string;
  const where = () => ({ helm: cluster.helm, kube: cluster.kube, release: 'op', namespace, timeoutMs: 3 * MINUTES });
  beforeAll(async () => {
    cluster = await openRealCluster();
    image = await pushExampleImage(id);
    template = await readFile(join(exampleFolder, 'test', 'tfjob.yaml'), 'utf8');
    await setUp({ ...where(), chart: exampleChart, set: { image, clusterWide: 'false' } });
  }, 4 * MINUTES);
  afterAll(async () => {
    await tearDown(where());
    const left = await listTraces(cluster.kube, id);
    await cluster[Symbol.asyncDispose]();
    expect(left).toEqual([]);
  }, 3 * MINUTES);

  it('runs the test of the chart and has its log', { timeout: 2 * MINUTES }, async () => {
    const suite = await runHelmTest(where());
    expect(suite.cases.map(({ name, problems }) => [name, problems])).toEqual([['op-tf-job-operator-test', []]]);
    expect(suite.cases[0]?.systemOut).toContain('all checks passed');
  });

  it(
    'runs a TFJob to its end, with its pods and its service, and sees them gone',
    { timeout: 4 * MINUTES },
    async () => {
      const suite = await runCustomResourceTest({
        ...where(),
        template,
        params: { image },
        newId,
        expect: {
          pods: [
            { labels: { 'tf-job-name': '${name}' }, count: 4 },
            { labels: { 'tf-job-name': '${name}', 'tf-replica-type': 'worker' }, count: 2 },
          ],
          services: [{ labels: { 'tf-job-name': '${name}' }, count: 1 }],
        },
      });
      expect(suite.cases.map(({ name, problems }) => [name, problems])).toEqual(
        ['create', 'reach Succeeded', 'pods', 'services', 'delete'].map((name) => [name, []]),
      );
    },
  );

  it(
    'tells why a TFJob failed: its pods, their exit codes and their last lines',
    { timeout: 4 * MINUTES },
    async () => {
      const failing = template.replace(
        'command: [node, /app/training/train.js]',
        `command: [node, -e, "console.log('out of memory'); process.exit(3)"]`,
      );
      expect(failing).not.toBe(template);
      const suite = await runCustomResourceTest({
        ...where(),
        template: failing,
        params: { image },
        newId,
        // Also, they are gone before the next test looks at the namespace.
        expect: { pods: [{ labels: { 'tf-job-name': '${name}' } }] },
      });
      const reach = suite.cases.find(({ name }) => name === 'reach Succeeded');
      expect(reach?.problems[0]).toMatchObject({ kind: 'failure', type: 'NOT_READY' });
      expect(reach?.problems[0]?.message).toMatch(/^TFJob \S+ is Failed: /);
      // Which of them fails first is a race; the operator deletes those that run still.
      expect(reach?.problems[0]?.text).toMatch(/Pod \S+-(?:chief|worker|ps)-\d: .*exit code 3/);
      expect(reach?.problems[0]?.text).toContain('| out of memory');
      expect(suite.cases.at(-1)).toMatchObject({ name: 'delete', problems: [] });
    },
  );

  it('gives a program the cluster', { timeout: 2 * MINUTES }, async () => {
    const script = `const config = require('fs').readFileSync(process.env.KUBECONFIG, 'utf8');
      console.log(process.env.NAMESPACE, config.includes('clusters'))`;
    const suite = await runCommandTest({
      name: 'program',
      command: [process.execPath, '-e', script],
      env: {},
      kubeconfig: cluster.kubeconfig,
      artifacts: join(cluster.dir, 'artifacts'),
      facts: { namespace },
      timeoutMs: MINUTES,
    });
    expect(suite.cases).toMatchObject([{ problems: [], systemOut: `${namespace} true` }]);
  });

  it('collects logs, events, objects, the definition and the nodes', { timeout: 2 * MINUTES }, async () => {
    const dir = join(cluster.dir, 'collected');
    const { files, problems } = await collect({ kube: cluster.kube, namespaces: [namespace], dir });
    expect(problems).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'cluster/customresourcedefinitions.yaml',
        'nodes.txt',
        `${namespace}/events.txt`,
        `${namespace}/logs/op-tf-job-operator-test/test.log`,
        `${namespace}/objects/deployments.apps.yaml`,
      ]),
    );
    expect(await readFile(join(dir, 'nodes.txt'), 'utf8')).toMatch(/Ready=True/);
    // helm keeps the release, values and all, in a Secret.
    expect(await readFile(join(dir, namespace, 'objects', 'secrets.yaml'), 'utf8')).toContain('release: (left out)');
  });
});
