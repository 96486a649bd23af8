import { listReplicas } from './replicas.js';

// A pod's name becomes its host name, and the job's name a label's value and a service.
const MAX_LABEL = 63;
const SERVICE_NAME = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** What keeps a job from ever running, in words, or undefined. The CRD's schema has caught the rest. */
export function findInvalid(job) {
  const { name } = job.metadata;
  const replicas = listReplicas(job);
  if (!SERVICE_NAME.test(name))
    return `the name ${name} cannot be a service's: it has to be a DNS label that starts with a letter`;
  if (!replicas.some(({ type }) => type !== 'Ps'))
    return 'spec.replicaSpecs has neither a Chief nor a Worker: nothing would ever succeed';
  const longest = Math.max(...replicas.map((replica) => replica.name.length));
  if (longest > MAX_LABEL) return `the name is ${longest - MAX_LABEL} characters too long: pods are named after it`;
  for (const { type, spec } of replicas) {
    if (!spec.template?.spec?.containers?.length) return `spec.replicaSpecs.${type}.template.spec.containers is empty`;
  }
  return undefined;
}
