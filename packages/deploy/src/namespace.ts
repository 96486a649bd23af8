import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';

/** Marks what this tool made, and so may delete. */
export const OWNED_LABEL = 'seatrial.dev/owned';

/** Names the run that something belongs to. */
export const RUN_LABEL = 'seatrial.dev/run';

/**
 * The label of a run, for its namespace, releases and objects. What a label cannot hold becomes `-`; of a long id the end
 * is kept, because that is what differs.
 *
 * @throws {DeployError} `INVALID` for an id without a letter or digit.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function labelsOfRun(runId: string): Readonly<Record<string, string>> {
  const value = runId
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(-63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  if (value !== '') return { [RUN_LABEL]: value };
  throw new DeployError('INVALID', `no label can be made of run ${JSON.stringify(runId)}`, {
    hint: 'Give the run an id with letters or digits.',
  });
}

/**
 * Creates a namespace, marked as ours, unless it is there already; then it stays whose it is. One that is just being
 * deleted is no place to install into.
 *
 * @param options.labels more labels for it. @default none
 * @returns whether it was created.
 * @throws {DeployError} `INVALID` for one that is being deleted.
 */
export async function ensureNamespace(
  kube: KubeClient,
  name: string,
  options: CallOptions & { readonly labels?: Readonly<Record<string, string>> } = {},
): Promise<boolean> {
  const { signal } = options;
  const labels = { ...options.labels, [OWNED_LABEL]: 'true' };
  try {
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, { signal });
    return true;
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    // Without an answer it may have been created all the same: what is there tells.
    if (error.httpStatus !== 409 && error.code !== 'UNAVAILABLE') throw error;
    const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name }, { signal });
    if (found === undefined) throw error;
    if (found.metadata.deletionTimestamp !== undefined) {
      throw new DeployError('INVALID', `namespace ${name} is being deleted`, {
        cause: error,
        hint: 'Wait until it is gone, or name another with --namespace.',
      });
    }
    return false;
  }
}
