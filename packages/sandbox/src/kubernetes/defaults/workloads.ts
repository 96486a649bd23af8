import type { Fields, KubeObject } from '../kube-api.js';
import { defaultPodSpec } from './pod.js';
import { setDefault, setDefaults } from './set-default.js';

function defaultTemplate(spec: Fields): void {
  if (spec['template']?.spec !== undefined) defaultPodSpec(spec['template'].spec);
}

/** Deployment: one replica, rolling by quarters. */
export function defaultDeployment({ spec = {} }: KubeObject): void {
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = (spec['strategy'] ??= {});
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    setDefaults((strategy.rollingUpdate ??= {}), { maxUnavailable: '25%', maxSurge: '25%' });
  }
  defaultTemplate(spec);
}

/** ReplicaSet and ReplicationController. */
export function defaultReplicaSet({ spec = {} }: KubeObject): void {
  setDefault(spec, 'replicas', 1);
  defaultTemplate(spec);
}

/** ReplicationController: the selector comes from the template's labels. */
export function defaultReplicationController(object: KubeObject): void {
  defaultReplicaSet(object);
  const labels = object.spec?.['template']?.metadata?.labels;
  if (labels === undefined || object.spec === undefined) return;
  setDefault(object.spec, 'selector', { ...labels });
  object.metadata.labels ??= { ...labels };
}

/** StatefulSet: one replica, in order; claims are filesystems. */
export function defaultStatefulSet({ spec = {} }: KubeObject): void {
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
  const strategy = (spec['updateStrategy'] ??= {});
  if (!strategy.type) Object.assign(strategy, { type: 'RollingUpdate', rollingUpdate: strategy.rollingUpdate ?? {} });
  if (strategy.type === 'RollingUpdate') setDefault(strategy.rollingUpdate, 'partition', 0);
  if (spec['persistentVolumeClaimRetentionPolicy'] === undefined) {
    spec['persistentVolumeClaimRetentionPolicy'] = { whenDeleted: 'Retain', whenScaled: 'Retain' };
  }
  for (const claim of spec['volumeClaimTemplates'] ?? []) {
    setDefaults(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' });
    setDefault(claim.spec, 'volumeMode', 'Filesystem');
    setDefault((claim.status ??= {}), 'phase', 'Pending');
  }
  defaultTemplate(spec);
}

/** Annotation that counts the changes of a DaemonSet's template. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** DaemonSet: replaced one by one. */
export function defaultDaemonSet({ metadata, spec = {} }: KubeObject): void {
  // As the real server decodes it: the count is a field there.
  metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...metadata.annotations };
  setDefault(spec, 'revisionHistoryLimit', 10);
  const strategy = (spec['updateStrategy'] ??= {});
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    setDefaults((strategy.rollingUpdate ??= {}), { maxUnavailable: 1, maxSurge: 0 });
  }
  defaultTemplate(spec);
}

/** Job: one completion, six retries, and the labels of its pods where it has none of its own. */
export function defaultJob({ metadata, spec = {} }: KubeObject): void {
  defaultJobSpec(spec);
  const labels: Record<string, string> | undefined = spec['template']?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

const MAX_INT32 = 2_147_483_647;

function defaultJobSpec(spec: Fields): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) {
    setDefaults(spec, { completions: 1, parallelism: 1 });
  }
  const perIndex = spec['backoffLimitPerIndex'] !== undefined;
  defaultFailurePolicy(spec);
  setDefaults(spec, {
    parallelism: 1,
    backoffLimit: perIndex ? MAX_INT32 : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: spec['manualSelector'],
  });
  defaultTemplate(spec);
}

function defaultFailurePolicy({ podFailurePolicy }: Fields): void {
  for (const rule of (podFailurePolicy?.rules ?? []) as Fields[]) {
    for (const pattern of (rule['onPodConditions'] ?? []) as Fields[]) setDefault(pattern, 'status', 'True');
  }
}

/** CronJob: concurrent runs are allowed. The template's own defaults are those of its pods and policies only. */
export function defaultCronJob({ spec = {} }: KubeObject): void {
  setDefaults(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const job: Fields | undefined = spec['jobTemplate']?.spec;
  if (job === undefined) return;
  defaultFailurePolicy(job);
  defaultTemplate(job);
}
