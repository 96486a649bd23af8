import { isDeepStrictEqual } from 'node:util';
import { createInformer } from './informer.js';
import { isFinished, reconcile } from './reconcile.js';
import { isOwnedBy, JOB_LABEL } from './replicas.js';
import { createWorkQueue } from './work-queue.js';

export const GROUP_VERSION = 'kubeflow.org/v1';

/**
 * Watches TFJobs and their pods, and brings the cluster to what the jobs ask for.
 *
 * @param {{ client: any, namespace?: string, log: any, now?: () => number, sleep(ms: number, signal: AbortSignal): Promise<void> }} options
 * `namespace`: the only one to look at; all of them when left out
 */
export function createOperator({ client, namespace, log, now = Date.now, sleep }) {
  const scope = namespace ? `/namespaces/${namespace}` : '';
  const early = new Set(); // keys that came before both lists had: nothing is worked on half blind
  let queue;

  const jobs = createInformer({
    client,
    log,
    sleep,
    path: `/apis/${GROUP_VERSION}${scope}/tfjobs`,
    onChange: ({ metadata }) => enqueue(`${metadata.namespace}/${metadata.name}`),
    onSynced: flush,
  });
  const pods = createInformer({
    client,
    log,
    sleep,
    path: `/api/v1${scope}/pods?labelSelector=${JOB_LABEL}`,
    onChange: ({ metadata }) => enqueue(`${metadata.namespace}/${metadata.labels?.[JOB_LABEL]}`),
    onSynced: flush,
  });

  function enqueue(key) {
    early.add(key);
    flush();
  }

  function flush() {
    if (!jobs.synced || !pods.synced) return;
    for (const key of early) queue.add(key);
    early.clear();
  }

  // Writes get no signal: what was begun when the operator is stopped is ended, and the rest is the next one's.
  async function work(key) {
    const [space, name] = key.split('/');
    const job = jobs.get(space, name);
    // A job that is gone, or going, takes its pods along: they are its dependents, and the garbage collector's.
    if (!job || job.metadata.deletionTimestamp) return;

    const owned = pods.filter((pod) => pod.metadata.namespace === space && isOwnedBy(pod, job));
    const plan = reconcile(job, owned, now());
    for (const service of plan.createServices) await ensure(`/api/v1/namespaces/${space}/services`, service, job);
    for (const pod of plan.createPods) {
      if (await ensure(`/api/v1/namespaces/${space}/pods`, pod, job)) {
        log.info('created pod', { job: key, pod: pod.metadata.name });
      }
    }
    for (const pod of plan.deletePods) await remove(pod, key);
    if (!isDeepStrictEqual(plan.status, job.status)) await writeStatus(job, plan.status, key);
  }

  /** Creates an object. One that is there already is right when it is this job's: our copy of the cluster was old. */
  async function ensure(path, object, job) {
    try {
      await client.create(path, object);
      return true;
    } catch (error) {
      if (error.code !== 409 || error.reason !== 'AlreadyExists') throw error;
      const found = await client.get(`${path}/${object.metadata.name}`);
      if (isOwnedBy(found, job)) return false;
      throw new Error(`${object.kind} ${object.metadata.name} exists and is not this job's`, { cause: error });
    }
  }

  async function remove(pod, key) {
    const { name, namespace: space, uid } = pod.metadata;
    try {
      await client.delete(`/api/v1/namespaces/${space}/pods/${name}`, { preconditions: { uid } });
      log.info('deleted pod', { job: key, pod: name });
    } catch (error) {
      if (error.code !== 404 && error.code !== 409) throw error; // gone, or another pod by now
    }
  }

  async function writeStatus(job, status, key) {
    const { name, namespace: space } = job.metadata;
    const path = `/apis/${GROUP_VERSION}/namespaces/${space}/tfjobs/${name}/status`;
    await client.replace(path, { ...job, status });
    const last = status.conditions.findLast((condition) => condition.status === 'True');
    if (!isFinished(job.status ?? {}))
      log.info('wrote status', { job: key, condition: last?.type, reason: last?.reason });
  }

  return {
    /** Whether the cluster's state is known: both lists have come. */
    get ready() {
      return jobs.synced && pods.synced;
    },
    /** Works until the signal aborts, then ends what it was at. Never rejects. */
    async run(signal) {
      queue = createWorkQueue({ work, sleep, signal, log });
      await Promise.all([jobs.run(signal), pods.run(signal)]);
      await queue.drain();
    },
  };
}
