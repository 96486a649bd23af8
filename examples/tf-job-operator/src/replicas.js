/** Labels by which pods of a job are found. */
export const JOB_LABEL = 'tf-job-name';
export const TYPE_LABEL = 'tf-replica-type';
export const INDEX_LABEL = 'tf-replica-index';
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'tf-job-operator' };

/** In the order in which pods are made: whoever waits for parameter servers finds them. */
export const REPLICA_TYPES = ['Ps', 'Chief', 'Worker'];
const PORT = 2222;

/** Replicas that a spec asks for: `{ type, index, name, spec }`, parameter servers first. */
export function listReplicas(job) {
  return REPLICA_TYPES.flatMap((type) => {
    const spec = job.spec?.replicaSpecs?.[type];
    if (!spec) return [];
    return Array.from({ length: spec.replicas ?? 1 }, (_, index) => ({
      type,
      index,
      name: podName(job, type, index),
      spec,
    }));
  });
}

function podName(job, type, index) {
  return `${job.metadata.name}-${type.toLowerCase()}-${index}`;
}

/** What TensorFlow reads from `TF_CONFIG`: every replica's address, and which of them this one is. */
export function tfConfig(job, replica) {
  const { name, namespace } = job.metadata;
  const cluster = {};
  for (const { type, name: host } of listReplicas(job)) {
    (cluster[type.toLowerCase()] ??= []).push(`${host}.${name}.${namespace}.svc:${PORT}`);
  }
  return { cluster, task: { type: replica.type.toLowerCase(), index: replica.index }, environment: 'cloud' };
}

function ownerReference(job) {
  const { apiVersion, kind, metadata } = job;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** The headless service that gives each replica the name that `TF_CONFIG` tells. */
export function serviceFor(job) {
  const { name, namespace } = job.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { [JOB_LABEL]: name, ...MANAGED_BY }, ownerReferences: [ownerReference(job)] },
    spec: {
      clusterIP: 'None',
      selector: { [JOB_LABEL]: name },
      ports: [{ name: 'tensorflow', port: PORT }],
      publishNotReadyAddresses: true, // replicas look for each other before any of them is ready
    },
  };
}

/** The pod of one replica. */
export function podFor(job, replica) {
  const { template, restartPolicy = 'Never' } = replica.spec;
  const { name, namespace } = job.metadata;
  const config = { name: 'TF_CONFIG', value: JSON.stringify(tfConfig(job, replica)) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: replica.name,
      namespace,
      labels: {
        ...template.metadata?.labels,
        ...MANAGED_BY,
        [JOB_LABEL]: name,
        [TYPE_LABEL]: replica.type.toLowerCase(),
        [INDEX_LABEL]: String(replica.index),
      },
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      ownerReferences: [ownerReference(job)],
    },
    spec: {
      ...template.spec,
      restartPolicy,
      hostname: replica.name,
      subdomain: name,
      containers: template.spec.containers.map((container) => ({
        ...container,
        env: [...(container.env ?? []).filter(({ name: variable }) => variable !== 'TF_CONFIG'), config],
      })),
    },
  };
}

/** Whether a pod belongs to this very job, and not to an older one of the same name. */
export function isOwnedBy(object, job) {
  return (object.metadata.ownerReferences ?? []).some(({ controller, uid }) => controller && uid === job.metadata.uid);
}
