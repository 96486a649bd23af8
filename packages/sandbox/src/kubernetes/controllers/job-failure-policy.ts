import type { Fields, KubeObject } from '../kube-api.js';

/** What a Job's `podFailurePolicy` has to say about a pod that failed. */
export interface FailureMatch {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Which rule matched by what, as the Job's condition tells it. */
  readonly message: string;
}

/**
 * The first rule that matches a failed pod; `undefined` when there is none, and the failure counts as any other.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export function matchFailurePolicy(job: KubeObject, pod: KubeObject): FailureMatch | undefined {
  const rules: readonly Fields[] = job.spec?.['podFailurePolicy']?.rules ?? [];
  for (const [index, { action, onExitCodes, onPodConditions }] of rules.entries()) {
    const why =
      onExitCodes === undefined ? conditionMatch(pod, onPodConditions) : exitMatch(pod, onExitCodes as Fields);
    if (why !== undefined) return { action, message: `${why} matching ${action} rule at index ${index}` };
  }
  return undefined;
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

function exitMatch(pod: KubeObject, { containerName, operator, values = [] }: Fields): string | undefined {
  const statuses: readonly Fields[] = [
    ...(pod.status?.['containerStatuses'] ?? []),
    ...(pod.status?.['initContainerStatuses'] ?? []),
  ];
  for (const { name, state } of statuses) {
    const code: number | undefined = state?.terminated?.exitCode;
    if (code === undefined || code === 0 || (containerName !== undefined && containerName !== name)) continue;
    if ((values as number[]).includes(code) === (operator === 'In')) {
      return `Container ${name} for pod ${nameOf(pod)} failed with exit code ${code}`;
    }
  }
  return undefined;
}

function conditionMatch(pod: KubeObject, patterns: readonly Fields[] = []): string | undefined {
  const conditions: readonly Fields[] = pod.status?.['conditions'] ?? [];
  const found = conditions.find(({ type, status }) =>
    patterns.some((pattern) => pattern['type'] === type && (pattern['status'] ?? 'True') === status),
  );
  return found === undefined ? undefined : `Pod ${nameOf(pod)} has condition ${found['type']}`;
}
