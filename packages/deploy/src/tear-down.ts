import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { OWNED_LABEL } from './namespace.js';
import type { HelmReleases } from './releases.js';
import { waitUntilGone } from './wait.js';

/** What to take down. */
export interface TearDownOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'uninstall'>;
  readonly kube: KubeClient;
  readonly release: string;
  readonly namespace: string;
  /** `owned`: only a namespace this tool made; `always`: any but the cluster's own; `never`. @default 'owned' */
  readonly deleteNamespace?: 'owned' | 'always' | 'never';
  readonly clock?: Clock;
  readonly onLine?: (line: string) => void;
}

const CLUSTER_OWN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Uninstalls the release, deletes its namespace and sees it gone. What is not there is fine.
 *
 * A failing uninstall does not keep the namespace from going.
 *
 * @throws {DeployError} `TEARDOWN_FAILED` with everything that went wrong in `detail` and as `cause`; the signal's reason.
 */
export async function tearDown(options: TearDownOptions): Promise<void> {
  const { helm, kube, release, namespace, timeoutMs, signal, clock = systemClock, onLine = () => {} } = options;
  const deadline = clock.now() + timeoutMs;
  const left = (): number => Math.max(1, deadline - clock.now());
  const errors: Error[] = [];
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    signal?.throwIfAborted();
    try {
      await what();
    } catch (error) {
      signal?.throwIfAborted();
      errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  };
  await attempt(async () => {
    const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { signal });
    if (found === undefined) return onLine(`namespace ${namespace} is not there: nothing to uninstall`);
    // Half of the time at most: the namespace's deletion takes what helm leaves.
    await helm.uninstall({
      release,
      namespace,
      wait: true,
      timeoutMs: Math.ceil(left() / 2),
      ...(signal === undefined ? {} : { signal }),
    });
    onLine(`uninstalled ${release}`);
  });
  await attempt(() => deleteNamespace({ ...options, clock, onLine }, left()));
  if (errors.length === 0) return;
  const texts = errors.map((error) =>
    [error.message, (error as { detail?: string }).detail ?? ''].filter(Boolean).join('\n'),
  );
  throw new DeployError(
    'TEARDOWN_FAILED',
    `could not take down release ${release} in namespace ${namespace}: ${errors[0]?.message ?? ''}`,
    {
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors, 'several parts of the teardown failed'),
      detail: texts.join('\n'),
      hint: `Look at what is left: kubectl get all --namespace ${namespace}`,
    },
  );
}

async function deleteNamespace(
  options: TearDownOptions & { readonly clock: Clock; readonly onLine: (line: string) => void },
  timeoutMs: number,
): Promise<void> {
  const { kube, namespace, signal, clock, onLine, deleteNamespace: which = 'owned' } = options;
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const found = await kube.get(ref, { signal });
  if (found === undefined) return;
  const owned = found.metadata.labels?.[OWNED_LABEL] === 'true';
  if (which === 'never' || CLUSTER_OWN.has(namespace) || (which === 'owned' && !owned)) {
    return onLine(`namespace ${namespace} stays: it was there before`);
  }
  const { uid } = found.metadata;
  await kube.delete(ref, { signal, ...(uid === undefined ? {} : { uid }) });
  try {
    await waitUntilGone({ kube, clock }, { ...ref, uid }, { timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'TIMEOUT') throw error;
    const now = await kube.get(ref, { signal });
    if (now === undefined) return;
    throw new DeployError('TIMEOUT', `namespace ${namespace} was not gone within ${timeoutMs / 1_000} s`, {
      cause: error,
      detail: holders(now).join('\n'),
      hint: 'Find who should remove the finalizers named in the detail.',
    });
  }
  onLine(`namespace ${namespace} is gone`);
}

/** What the namespace controller says it still waits for. */
function holders(namespace: KubeObject): readonly string[] {
  const conditions = listAt(namespace, 'status', 'conditions').filter((one) => at(one, 'status') === 'True');
  return [
    `namespace is ${textAt(namespace, 'status', 'phase') || 'in an unknown phase'}`,
    ...conditions.map((one) => `${textAt(one, 'type')}: ${textAt(one, 'message')}`),
  ];
}
