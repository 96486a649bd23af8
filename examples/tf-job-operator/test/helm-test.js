/**
 * What `helm test` runs, in a pod of the release: asks the API server whether the operator's parts are in place, and
 * prints each answer. Ends with 1 when one of them is no.
 *
 * Environment: `DEPLOYMENT` (name), and what every pod gets. The pod's namespace is the release's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readInClusterConfig, readOwnNamespace } from '../src/in-cluster.js';
import { createKubeClient } from '../src/kube-client.js';

const { env } = process;
const print = (text) => process.stdout.write(`${text}\n`);
const PATIENCE_MS = 30_000;

const config = await readInClusterConfig(env);
const namespace = env.NAMESPACE || (await readOwnNamespace(config.folder));
const client = createKubeClient(config);
const jobsPath = `/apis/kubeflow.org/v1/namespaces/${namespace}/tfjobs`;

function job(name, spec) {
  return { apiVersion: 'kubeflow.org/v1', kind: 'TFJob', metadata: { name, namespace }, spec };
}
const template = { spec: { containers: [{ name: 'tensorflow', image: 'none' }] } };
const probe = `helm-test-${Date.now().toString(36)}`;

const checks = {
  async 'the API server serves TFJobs, with a status of their own'() {
    const { resources } = await client.get('/apis/kubeflow.org/v1');
    const names = resources.map(({ name }) => name);
    for (const name of ['tfjobs', 'tfjobs/status']) {
      if (!names.includes(name)) throw new Error(`kubeflow.org/v1 has only ${names.join(', ') || 'nothing'}`);
    }
  },

  async [`deployment ${env.DEPLOYMENT} is available`]() {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { spec, status = {} } = await client.get(
        `/apis/apps/v1/namespaces/${namespace}/deployments/${env.DEPLOYMENT}`,
      );
      const condition = status.conditions?.find(({ type }) => type === 'Available');
      if (condition?.status === 'True' && status.availableReplicas >= (spec.replicas ?? 1)) return;
      if (Date.now() > deadline) {
        throw new Error(
          `${status.availableReplicas ?? 0} of ${spec.replicas ?? 1} replicas: ${condition?.message ?? 'no condition yet'}`,
        );
      }
      await delay(1000);
    }
  },

  async 'a good TFJob is taken (dry run)'() {
    await client.create(`${jobsPath}?dryRun=All`, job(probe, { replicaSpecs: { Worker: { replicas: 1, template } } }));
  },

  async 'a bad TFJob is refused (dry run)'() {
    const bad = job(probe, { replicaSpecs: { Worker: { replicas: -1, template } } });
    const error = await client.create(`${jobsPath}?dryRun=All`, bad).then(
      () => new Error('replicas: -1 was taken'),
      (refusal) => refusal,
    );
    if (error.code !== 422) throw error;
  },

  async 'the dry runs left nothing behind'() {
    const error = await client.get(`${jobsPath}/${probe}`).then(
      () => new Error(`${probe} exists`),
      (refusal) => refusal,
    );
    if (error.code !== 404) throw error;
  },
};

let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    print(`ok      ${name}`);
  } catch (error) {
    failures += 1;
    print(`failed  ${name}: ${error.message}`);
  }
}
client.close();
print(failures === 0 ? 'all checks passed' : `${failures} of ${Object.keys(checks).length} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;
