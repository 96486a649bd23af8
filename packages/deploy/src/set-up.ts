import { diagnose, formatFindings } from './diagnosis.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { ensureNamespace, isOwned } from './namespace.js';
import type { HelmReleases } from './releases.js';
import { findStuckPod } from './stuck-pods.js';
import type { StuckPod } from './stuck-pods.js';

/** What to install where. */
export interface SetUpOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'install' | 'recover'>;
  readonly kube: KubeClient;
  readonly release: string;
  /** Folder or archive. */
  readonly chart: string;
  /** Created when it is not there, and then marked as ours to delete. */
  readonly namespace: string;
  /** Values files. */
  readonly values?: readonly string[];
  /** Single values by dotted path. */
  readonly set?: Readonly<Record<string, string>>;
  /** Give up as soon as a pod is stuck, not at the timeout. @default true */
  readonly failFast?: boolean;
  /** How long a pod may look stuck, in milliseconds. Longer than the first pause of a crash loop (10 s). @default 15_000 */
  readonly failFastGraceMs?: number;
  readonly clock?: Clock;
  readonly onLine?: (line: string) => void;
}

/** What was installed. */
export interface SetUpResult {
  readonly release: string;
  readonly namespace: string;
  /** Counts from 1. */
  readonly revision: number;
}

// Codes of HelmError that say nothing about objects: then there is nothing in the cluster to explain it.
const BEFORE_INSTALL = [
  'NOT_FOUND',
  'UNSUPPORTED_VERSION',
  'UNREACHABLE',
  'DENIED',
  'NOT_RENDERED',
  'INVALID_CHART',
  'INVALID_OPTION',
  'RELEASE_EXISTS',
  'PENDING_OPERATION',
];

/**
 * Installs a chart and waits until all of it is ready.
 *
 * @throws {DeployError} `NOT_READY` when it is not: the message names the first object, `detail` every object that is not
 * ready and why. What helm refuses before it installs anything is thrown as it is.
 */
export async function setUp(options: SetUpOptions): Promise<SetUpResult> {
  const { helm, kube, release, chart, namespace, timeoutMs, signal, clock = systemClock, onLine = () => {} } = options;
  const { failFast = true, failFastGraceMs = 15_000 } = options;
  const deadline = clock.now() + timeoutMs;
  await ensureNamespace(kube, namespace, { signal });
  const before = await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, signal });
  const except = new Set(before.items.map(({ metadata }) => metadata.uid ?? ''));

  const over = new AbortController();
  const giveUp = new AbortController();
  const joined = (one: AbortController): AbortSignal =>
    signal === undefined ? one.signal : AbortSignal.any([signal, one.signal]);
  let stuck: StuckPod | undefined;
  const watching = failFast
    ? findStuckPod({ kube, clock }, { namespace, graceMs: failFastGraceMs, except, signal: joined(over) }).then(
        (found) => {
          stuck = found;
          onLine(`giving up: pod ${found.pod} is stuck: ${found.trouble.text}`);
          giveUp.abort(new Error(`pod ${found.pod} is stuck`));
        },
        (error: unknown) => {
          // Helm waits all the same; only the early end is lost.
          if (!over.signal.aborted) onLine(`cannot watch for stuck pods: ${String((error as Error).message)}`);
        },
      )
    : Promise.resolve();
  try {
    const request = {
      release,
      chart,
      namespace,
      wait: true,
      upgradeIfExists: true,
      ...(options.values === undefined ? {} : { values: options.values }),
      ...(options.set === undefined ? {} : { set: { ...options.set } }),
      signal: joined(giveUp),
    };
    const left = (): number => Math.max(1, deadline - clock.now());
    const installed = await helm.install({ ...request, timeoutMs: left() }).catch(async (error: unknown) => {
      // An earlier attempt of this run was killed half way; of a namespace that is not ours it may be somebody at work.
      if ((error as { code?: string }).code !== 'PENDING_OPERATION' || helm.recover === undefined) throw error;
      if (!(await isOwned(kube, namespace, { signal }))) throw error;
      onLine(`recovering release ${release}, which was left half way`);
      await helm.recover({ release, namespace, timeoutMs: left(), signal: joined(giveUp) });
      return helm.install({ ...request, timeoutMs: left() });
    });
    return { release, namespace, revision: installed.revision ?? 1 };
  } catch (cause) {
    signal?.throwIfAborted();
    const code = (cause as { code?: string }).code ?? '';
    if (stuck === undefined && BEFORE_INSTALL.includes(code)) throw cause;
    throw await notReady(options, cause, stuck);
  } finally {
    over.abort();
    await watching;
  }
}

async function notReady(options: SetUpOptions, cause: unknown, stuck: StuckPod | undefined): Promise<DeployError> {
  const { kube, release, namespace, signal } = options;
  const helmSaid = cause instanceof Error ? cause.message : String(cause);
  const helmDetail = (cause as { detail?: unknown }).detail;
  let detail: string;
  let first: string | undefined;
  try {
    const findings = await diagnose(kube, { namespace, release, signal });
    const pod =
      findings.find(({ kind, name }) => kind === 'Pod' && (stuck === undefined || name === stuck.pod)) ?? findings[0];
    first = pod && `${pod.kind} ${pod.name}: ${pod.why}`;
    detail = formatFindings(findings);
  } catch (error) {
    signal?.throwIfAborted();
    detail = `the cluster could not be asked why: ${(error as Error).message}`;
  }
  const why = stuck === undefined ? (first ?? helmSaid) : `Pod ${stuck.pod}: ${stuck.trouble.text}`;
  const parts = [
    detail,
    stuck === undefined ? `helm: ${helmSaid}` : '',
    typeof helmDetail === 'string' ? helmDetail : '',
  ];
  return new DeployError('NOT_READY', `release ${release} in namespace ${namespace} did not get ready: ${why}`, {
    cause,
    detail: parts.filter((part) => part !== '').join('\n'),
    hint: 'Read the detail: it names each object that is not ready and why.',
  });
}
