import { diagnose, formatFindings } from './diagnosis.js';
import type { Finding } from './diagnosis.js';
import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { StuckPod } from './stuck-pods.js';

/** Names in a message; the detail has them all. */
const MAX_NAMES = 12;

/** What is known of a set-up that failed. */
export interface FailedSetUp extends CallOptions {
  readonly release: string;
  readonly namespace: string;
  /** What helm said, or the wait after it. */
  readonly cause: unknown;
  /** The pod for which it was given up. */
  readonly stuck: StuckPod | undefined;
}

/**
 * Asks the cluster why a release is not ready.
 *
 * @returns {DeployError} `NOT_READY`: the message has the reason of one object and the names of all others, the detail the
 * reason, events and last log lines of each, and what helm said.
 */
export async function notReady(kube: KubeClient, failed: FailedSetUp): Promise<DeployError> {
  const { release, namespace, cause, stuck, signal } = failed;
  const { code, message: said, detail: saidMore } = cause as { code?: string; message?: string; detail?: unknown };
  let findings: readonly Finding[] = [];
  let silence = '';
  try {
    findings = await diagnose(kube, { namespace, release, signal });
  } catch (error) {
    signal?.throwIfAborted();
    silence = `the cluster could not be asked why: ${(error as Error).message}`;
  }
  // A pod says more than the workload that waits for it; helm says more than either when it was not time that ran out.
  const isPod = ({ kind }: Finding): boolean => kind === 'Pod';
  const isLate = code === 'TIMEOUT' || cause instanceof DeployError || said === undefined;
  const first = findings.find((one) => isPod(one) && (stuck === undefined || one.name === stuck.pod)) ?? findings[0];
  const told = stuck !== undefined || isLate ? first : undefined;
  const why =
    stuck !== undefined
      ? `Pod ${stuck.pod}: ${stuck.trouble.text}`
      : told === undefined
        ? (said ?? String(cause))
        : `${told.kind} ${told.name}: ${told.why}`;
  const others = findings.filter((one) => one !== told).map(({ kind, name }) => `${kind} ${name}`);
  const parts = [
    formatFindings(findings),
    silence,
    stuck === undefined ? `helm: ${said ?? String(cause)}` : '',
    stuck === undefined && typeof saidMore === 'string' ? saidMore : '',
  ];
  return new DeployError(
    'NOT_READY',
    `release ${release} in namespace ${namespace} did not get ready: ${why}${listed(others, told === undefined ? 'not ready' : 'not ready either')}`,
    {
      cause,
      detail: parts.filter((part) => part !== '').join('\n'),
      hint: 'Read the detail: it says of each object that is not ready why.',
    },
  );
}

function listed(names: readonly string[], what: string): string {
  if (names.length === 0) return '';
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `; ${what}: ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}
