import { releaseDefinitions } from './crd-claims.js';
import { removeCustomResources } from './custom-resources.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { OWNED_LABEL } from './namespace.js';
import { removeNamespace } from './namespace-removal.js';
import type { HelmReleases } from './releases.js';

/** What to take down. */
export interface TearDownOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'uninstall' | 'list'>;
  readonly kube: KubeClient;
  readonly release: string;
  readonly namespace: string;
  /** `owned`: only a namespace this tool made; `always`: any but the cluster's own; `never`. @default 'owned' */
  readonly deleteNamespace?: 'owned' | 'always' | 'never';
  /**
   * Custom resource definitions of the chart's `crds/` folder, which helm leaves behind. `owned`: those that a trial
   * installed, once no other trial claims them and no object of theirs is left; `never`. @default 'owned'
   */
  readonly deleteDefinitions?: 'owned' | 'never';
  /** How long controllers may take to remove their finalizers, in milliseconds. @default 60_000 */
  readonly finalizerTimeoutMs?: number;
  /** Take finalizers away that stay longer than that. What they stood for is left undone. @default false */
  readonly force?: boolean;
  readonly clock?: Clock;
  readonly onLine?: (line: string) => void;
}

const CLUSTER_OWN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Takes a trial's traces away: the custom resources of its namespace while their operator still runs, the releases, the
 * namespace, and the definitions the chart brought. What is not there is fine, so it may be called again.
 *
 * A part that fails does not keep the others from going.
 *
 * @throws {DeployError} `TEARDOWN_FAILED` with everything that went wrong in `detail` and as `cause`; the signal's reason.
 */
export async function tearDown(options: TearDownOptions): Promise<void> {
  const { kube, release, namespace, signal, clock = systemClock, onLine = () => {} } = options;
  const { finalizerTimeoutMs = 60_000, force = false, deleteDefinitions = 'owned' } = options;
  const deadline = clock.now() + options.timeoutMs;
  const limits = (share = 1) => ({ timeoutMs: Math.max(1, Math.ceil((deadline - clock.now()) * share)), signal });
  const errors: Error[] = [];
  const attempt = async <T>(what: () => Promise<T>): Promise<T | undefined> => {
    signal?.throwIfAborted();
    try {
      return await what();
    } catch (error) {
      signal?.throwIfAborted();
      errors.push(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  };
  const removal = (share?: number) => ({ namespace, finalizerTimeoutMs, force, onLine, ...limits(share) });
  await attempt(async () => {
    const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { signal });
    if (found === undefined) return onLine(`namespace ${namespace} is not there: nothing to uninstall`);
    const goes = mayDelete(found, options);
    if (goes) await attempt(() => removeCustomResources({ kube, clock }, removal(1 / 3)));
    await attempt(() => uninstall(options, goes, limits(1 / 2)));
    if (!goes) return onLine(`namespace ${namespace} stays: it was there before`);
    await attempt(() => removeNamespace({ kube, clock }, found, removal()));
  });
  if (deleteDefinitions === 'owned') {
    await attempt(async () => {
      const { removed, kept } = await releaseDefinitions({ kube, clock }, { namespace, release, ...limits() });
      for (const name of removed) onLine(`definition ${name} is gone`);
      for (const { name, why } of kept) onLine(`definition ${name} stays: ${why}`);
    });
  }
  if (errors.length > 0) throw failure(options, errors);
}

function mayDelete({ metadata }: KubeObject, { namespace, deleteNamespace = 'owned' }: TearDownOptions): boolean {
  if (deleteNamespace === 'never' || CLUSTER_OWN.has(namespace)) return false;
  return deleteNamespace === 'always' || metadata.labels?.[OWNED_LABEL] === 'true';
}

/** The release; of a namespace that goes, the others in it too, for what they have outside of it. */
async function uninstall(
  { helm, release, namespace, onLine = () => {} }: TearDownOptions,
  all: boolean,
  { timeoutMs, signal }: Limits,
): Promise<void> {
  const aborted = signal === undefined ? {} : { signal };
  const found = all ? ((await helm.list?.({ namespace, ...aborted })) ?? []).map(({ name }) => name) : [];
  const errors: Error[] = [];
  for (const name of new Set([release, ...found])) {
    try {
      await helm.uninstall({ release: name, namespace, wait: true, timeoutMs, ...aborted });
      onLine(`uninstalled ${name}`);
    } catch (error) {
      signal?.throwIfAborted();
      errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
}

function failure({ release, namespace }: TearDownOptions, errors: readonly Error[]): DeployError {
  const texts = errors.map((error) =>
    [error.message, (error as { detail?: string }).detail ?? ''].filter(Boolean).join('\n'),
  );
  const held = errors.some((error) => (error as { hint?: string }).hint?.includes('--force'));
  return new DeployError(
    'TEARDOWN_FAILED',
    `could not take down release ${release} in namespace ${namespace}: ${errors[0]?.message ?? ''}`,
    {
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors, 'several parts of the teardown failed'),
      detail: texts.join('\n'),
      hint: held
        ? 'Let the controllers named in the finalizers finish and tear down again, or take the finalizers away with --force.'
        : `Look at what is left: kubectl get all --namespace ${namespace}`,
    },
  );
}
