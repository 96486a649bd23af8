import { listReplicas, podFor } from '../replicas.js';

export const template = {
  spec: { containers: [{ name: 'tensorflow', image: 'example/train:1', env: [{ name: 'SECONDS', value: '2' }] }] },
};

/** A TFJob with `counts` replicas, `{ Chief: 1, Worker: 2, Ps: 1 }` unless told, and fields of its spec. */
export function tfJob({
  counts = { Chief: 1, Worker: 2, Ps: 1 },
  name = 'mnist',
  status,
  restartPolicy,
  ...spec
} = {}) {
  const replicaSpecs = Object.fromEntries(
    Object.entries(counts).map(([type, replicas]) => [
      type,
      { replicas, template, ...(restartPolicy && { restartPolicy }) },
    ]),
  );
  return {
    apiVersion: 'kubeflow.org/v1',
    kind: 'TFJob',
    metadata: { name, namespace: 'lab', uid: `uid-of-${name}`, generation: 3, resourceVersion: '7' },
    spec: { replicaSpecs, ...spec },
    ...(status && { status }),
  };
}

/** The pods of a job, all in `phase`, but for those that `phases` names by the end of their name. */
export function podsOf(job, phase, phases = {}) {
  return listReplicas(job).map((replica) => {
    const pod = podFor(job, replica);
    const other = Object.entries(phases).find(([suffix]) => replica.name.endsWith(suffix))?.[1];
    pod.metadata.uid = `uid-of-${replica.name}`;
    pod.status = typeof other === 'object' ? other : { phase: other ?? phase };
    return pod;
  });
}
