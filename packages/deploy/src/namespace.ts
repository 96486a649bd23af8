import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';

/** Marks what this tool made, and so may delete. */
export const OWNED_LABEL = 'seatrial.dev/owned';

/**
 * Creates a namespace, marked as ours, unless it is there already; then it stays whose it is.
 *
 * @returns whether it was created.
 */
export async function ensureNamespace(kube: KubeClient, name: string, options: CallOptions = {}): Promise<boolean> {
  try {
    await kube.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [OWNED_LABEL]: 'true' } } },
      options,
    );
    return true;
  } catch (error) {
    if (error instanceof DeployError && error.httpStatus === 409) return false;
    throw error;
  }
}

/** Whether a namespace is there and marked as ours. */
export async function isOwned(kube: KubeClient, name: string, options: CallOptions = {}): Promise<boolean> {
  const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name }, options);
  return found?.metadata.labels?.[OWNED_LABEL] === 'true';
}
