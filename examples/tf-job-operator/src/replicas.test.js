import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listReplicas, podFor, serviceFor, tfConfig } from './replicas.js';
import { template, tfJob } from './testing/objects.js';

test('names replicas after job, type and index, parameter servers first', () => {
  const names = listReplicas(tfJob()).map(({ name }) => name);
  assert.deepEqual(names, ['mnist-ps-0', 'mnist-chief-0', 'mnist-worker-0', 'mnist-worker-1']);
});

test('makes one replica where the spec names no number', () => {
  const job = tfJob({ counts: {} });
  job.spec.replicaSpecs = { Worker: { template } };
  assert.deepEqual(
    listReplicas(job).map(({ name }) => name),
    ['mnist-worker-0'],
  );
});

test('tells a replica who the others are and which one it is', () => {
  const job = tfJob();
  assert.deepEqual(tfConfig(job, listReplicas(job)[3]), {
    cluster: {
      ps: ['mnist-ps-0.mnist.lab.svc:2222'],
      chief: ['mnist-chief-0.mnist.lab.svc:2222'],
      worker: ['mnist-worker-0.mnist.lab.svc:2222', 'mnist-worker-1.mnist.lab.svc:2222'],
    },
    task: { type: 'worker', index: 1 },
    environment: 'cloud',
  });
});

test('makes a pod that the job owns, with its labels, policy, host name and TF_CONFIG', () => {
  const job = tfJob({ restartPolicy: 'OnFailure' });
  const pod = podFor(job, listReplicas(job)[0]);
  assert.deepEqual(pod.metadata, {
    name: 'mnist-ps-0',
    namespace: 'lab',
    labels: {
      'app.kubernetes.io/managed-by': 'tf-job-operator',
      'tf-job-name': 'mnist',
      'tf-replica-type': 'ps',
      'tf-replica-index': '0',
    },
    ownerReferences: [
      {
        apiVersion: 'kubeflow.org/v1',
        kind: 'TFJob',
        name: 'mnist',
        uid: 'uid-of-mnist',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  assert.equal(pod.spec.restartPolicy, 'OnFailure');
  assert.equal(pod.spec.hostname, 'mnist-ps-0');
  assert.equal(pod.spec.subdomain, 'mnist');
  const { env } = pod.spec.containers[0];
  assert.deepEqual(
    env.map(({ name }) => name),
    ['SECONDS', 'TF_CONFIG'],
  );
  assert.deepEqual(JSON.parse(env[1].value).task, { type: 'ps', index: 0 });
});

test('never writes into the job', () => {
  const job = tfJob();
  const before = structuredClone(job);
  for (const replica of listReplicas(job)) podFor(job, replica);
  assert.deepEqual(job, before);
});

test('a headless service gives pods their names before they are ready', () => {
  const { spec, metadata } = serviceFor(tfJob());
  assert.equal(metadata.name, 'mnist');
  assert.deepEqual(spec, {
    clusterIP: 'None',
    selector: { 'tf-job-name': 'mnist' },
    ports: [{ name: 'tensorflow', port: 2222 }],
    publishNotReadyAddresses: true,
  });
});
