import { readChartDefinitions } from './chart-definitions.js';
import { claimDefinitions } from './crd-claims.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import type { KubeClient } from './kube-client.js';
import { ensureNamespace, OWNED_LABEL } from './namespace.js';
import { notReady } from './not-ready.js';
import { waitForWorkloads } from './release-workloads.js';
import type { HelmReleases } from './releases.js';
import { findStuckPod } from './stuck-pods.js';
import type { StuckPod } from './stuck-pods.js';

/** What to install where. */
export interface SetUpOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'install' | 'recover' | 'list'>;
  readonly kube: KubeClient;
  readonly release: string;
  /** Folder or archive. */
  readonly chart: string;
  /** Created when it is not there, and then marked as ours to delete. */
  readonly namespace: string;
  /** Values files; later ones win. */
  readonly values?: readonly string[];
  /** Single values by dotted path, typed as `helm --set` does. */
  readonly set?: Readonly<Record<string, string>>;
  /** Single values by dotted path, always text. */
  readonly setString?: Readonly<Record<string, string>>;
  /** Upgrade a release of this name that is not ours. One of ours always is. @default false */
  readonly upgrade?: boolean;
  /**
   * What tells our releases and namespaces from those of others, such as `{ 'seatrial.dev/run': '1234' }`; besides
   * `seatrial.dev/owned`. A release that lacks one is not ours. @default none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Give up as soon as a pod is stuck, not at the timeout. @default true */
  readonly failFast?: boolean;
  /** How long a pod may look stuck, in milliseconds. Longer than the first pause of a crash loop (10 s). @default 15_000 */
  readonly failFastGraceMs?: number;
  readonly clock?: Clock;
  /** Told how pods get on, and what is done besides. */
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
  'CHART_NOT_FOUND',
  'RELEASE_EXISTS',
  'PENDING_OPERATION',
];

/**
 * Installs a chart and waits until all of it is ready. A release of ours that is there, of an earlier attempt, is upgraded;
 * one that was left half way is freed first.
 *
 * @throws {DeployError} `NOT_READY` when it is not: the message names every object, `detail` says of each why. What helm
 * refuses before it installs anything is thrown as it is: `RELEASE_EXISTS` for a release that is not ours.
 */
export async function setUp(options: SetUpOptions): Promise<SetUpResult> {
  const { kube, release, namespace, timeoutMs, signal, clock = systemClock, onLine = () => {} } = options;
  const { failFast = true, failFastGraceMs = 15_000, labels = {} } = options;
  const deadline = clock.now() + timeoutMs;
  await ensureNamespace(kube, namespace, { signal, labels });
  // Before helm does: of what helm installs from crds/ nobody would know whose it is.
  const definitions = await readChartDefinitions(options.chart);
  await claimDefinitions({ kube, clock }, definitions, { namespace, release, timeoutMs, signal });
  const before = await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, signal });
  const except = new Set(before.items.map(({ metadata }) => metadata.uid ?? ''));

  const over = new AbortController();
  const giveUp = new AbortController();
  const joined = (one: AbortController): AbortSignal =>
    signal === undefined ? one.signal : AbortSignal.any([signal, one.signal]);
  let stuck: StuckPod | undefined;
  const watching = findStuckPod(
    { kube, clock },
    {
      namespace,
      except,
      graceMs: failFast ? failFastGraceMs : Number.POSITIVE_INFINITY,
      onChange: (pod, text) => onLine(`pod ${pod}: ${text}`),
      signal: joined(over),
    },
  ).then(
    (found) => {
      stuck = found;
      onLine(`giving up: pod ${found.pod} is stuck: ${found.trouble.text}`);
      giveUp.abort(new Error(`pod ${found.pod} is stuck`));
    },
    (error: unknown) => {
      // Helm waits all the same; only the early end is lost.
      if (!over.signal.aborted) onLine(`cannot watch pods: ${String((error as Error).message)}`);
    },
  );
  try {
    const left = (): number => Math.max(1, deadline - clock.now());
    const revision = await install(options, { left, signal: joined(giveUp), onLine });
    // helm 3 does not wait for all kinds and update strategies.
    await waitForWorkloads({ kube, clock }, { namespace, release, timeoutMs: left(), signal: joined(giveUp), onLine });
    return { release, namespace, revision };
  } catch (cause) {
    signal?.throwIfAborted();
    const code = (cause as { code?: string }).code ?? '';
    if (stuck === undefined && BEFORE_INSTALL.includes(code)) throw cause;
    throw await notReady(kube, { release, namespace, cause, stuck, signal });
  } finally {
    over.abort();
    await watching;
  }
}

/** @returns the revision. */
async function install(
  options: SetUpOptions,
  run: { readonly left: () => number; readonly signal: AbortSignal; readonly onLine: (line: string) => void },
): Promise<number> {
  const { helm, release, chart, namespace, upgrade = false, values, set, setString } = options;
  const { left, signal, onLine } = run;
  const labels = { ...options.labels, [OWNED_LABEL]: 'true' };
  const attempt = async (upgradeIfExists: boolean): Promise<number> => {
    const { revision = 1 } = await helm.install({
      release,
      chart,
      namespace,
      labels,
      wait: true,
      upgradeIfExists,
      ...(values === undefined ? {} : { values }),
      ...(set === undefined ? {} : { set: { ...set } }),
      ...(setString === undefined ? {} : { setString: { ...setString } }),
      timeoutMs: left(),
      signal,
    });
    return revision;
  };
  /** Runs one step of several, the next of which is told what it ended with. */
  const otherwise = async (code: string, step: Promise<number>, next: (error: unknown) => Promise<number>) =>
    step.catch((error: unknown) => {
      if ((error as { code?: string }).code === code) return next(error);
      throw error;
    });
  const upgradeOurs = async (error: unknown): Promise<number> => {
    const found = (await helm.list?.({ namespace, labels, signal })) ?? [];
    if (!found.some(({ name }) => name === release)) throw error;
    onLine(`release ${release} is there and ours: upgrading it`);
    return attempt(true);
  };
  return otherwise(
    'PENDING_OPERATION',
    otherwise('RELEASE_EXISTS', attempt(upgrade), upgradeOurs),
    // An earlier attempt was killed half way; without our labels it may be somebody at work.
    async (error) => {
      if (helm.recover === undefined) throw error;
      onLine(`release ${release} was left half way: recovering it`);
      await helm.recover({ release, namespace, labels, timeoutMs: left(), signal });
      return attempt(true);
    },
  );
}
