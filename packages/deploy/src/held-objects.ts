import pLimit from 'p-limit';
import { unreadyReason } from './diagnosis.js';
import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KindRef, KubeObject } from './kube-object.js';
import { nameOf } from './kube-object.js';

const PARALLEL = 8;
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** Every object of a namespace that has finalizers, whatever its kind. Kinds that cannot be read are left out. */
export async function findHeldObjects(
  kube: KubeClient,
  namespace: string,
  options: CallOptions = {},
): Promise<readonly KubeObject[]> {
  const kinds = (await kube.listResources(options)).filter(
    ({ namespaced, verbs }) => namespaced && verbs.includes('delete'),
  );
  const limit = pLimit(PARALLEL);
  const lists = await limit.map(kinds, async (kind) => {
    try {
      return (await kube.list(kind, { namespace, ...options })).items;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof DeployError) return [];
      throw error;
    }
  });
  const seen = new Set<string>();
  return lists.flat().filter(({ metadata: { uid = '', finalizers = [] } }) => {
    // Some kinds are served by two groups.
    const isNew = !seen.has(uid);
    seen.add(uid);
    return isNew && finalizers.length > 0;
  });
}

/** Who holds an object: `TFJob trial/mnist is held by the finalizer example.com/cleanup`. */
export function describeHeld(object: KubeObject): string {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (finalizers.length === 0) return `${nameOf(object)} is still there`;
  const since = deletionTimestamp === undefined ? '' : `, being deleted since ${deletionTimestamp}`;
  return `${nameOf(object)} is held by the finalizer${finalizers.length === 1 ? '' : 's'} ${finalizers.join(', ')}${since}`;
}

/**
 * The state of what could remove finalizers: the workloads of a namespace, a line each. An operator that is not ready
 * explains why nobody does.
 */
export async function describeControllers(
  kube: KubeClient,
  namespace: string,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const kinds: readonly KindRef[] = WORKLOADS.map((kind) => ({ apiVersion: 'apps/v1', kind }));
  const lists = await Promise.all(
    kinds.map((kind) => kube.list(kind, { namespace, ...options }).then(({ items }) => items)),
  );
  const lines = lists.flat().map((object) => `${nameOf(object)}: ${unreadyReason(object) ?? 'ready'}`);
  return lines.length > 0 ? lines : [`no controller runs in namespace ${namespace}`];
}

/** Takes an object's finalizers away: what they stood for is left undone. @returns whether there was anything to do. */
export async function removeFinalizers(kube: KubeClient, object: KubeObject, options: CallOptions): Promise<boolean> {
  const { name = '', namespace, uid, finalizers = [] } = object.metadata;
  if (finalizers.length === 0) return false;
  // With its uid: an object of the same name that came after it is none of ours.
  const fields = { metadata: { uid, finalizers: null } };
  const { apiVersion, kind } = object;
  try {
    return (await kube.patch({ apiVersion, kind, name, namespace }, fields, options)) !== undefined;
  } catch (error) {
    if (error instanceof DeployError && error.httpStatus === 409) return false; // it is another one by now
    throw error;
  }
}
