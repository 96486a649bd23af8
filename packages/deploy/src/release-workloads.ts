import type { Limits } from './limits.js';
import { waitFor } from './wait-for.js';
import type { WaitDeps } from './wait.js';

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const RELEASE = 'meta.helm.sh/release-name';

/**
 * Waits until every Deployment, StatefulSet and DaemonSet of a release is ready, all at once, each by a watch.
 *
 * @throws {DeployError} `NOT_READY` or `TIMEOUT` of the first that is not; the others are not waited for any more.
 */
export async function waitForWorkloads(
  deps: WaitDeps,
  options: Limits & {
    readonly namespace: string;
    readonly release: string;
    readonly onLine: (line: string) => void;
  },
): Promise<void> {
  const { namespace, release, onLine, signal, timeoutMs } = options;
  const selection = { namespace, labelSelector: 'app.kubernetes.io/managed-by=Helm', signal };
  const lists = await Promise.all(KINDS.map((kind) => deps.kube.list({ apiVersion: 'apps/v1', kind }, selection)));
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const waits = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.annotations?.[RELEASE] === release)
    .map(({ apiVersion, kind, metadata: { name = '', uid } }) =>
      waitFor(deps, { apiVersion, kind, name, namespace, uid }, 'ready', {
        timeoutMs,
        signal: either,
        onChange: (text) => onLine(`${kind} ${name}: ${text}`),
      }).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
  const ended = await Promise.allSettled(waits);
  signal?.throwIfAborted();
  if (ended.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
}
