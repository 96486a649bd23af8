import { isApiError } from '../kube-api.js';
import type { KubeApi, KubeObject } from '../kube-api.js';
import { controllerReference } from './ownership.js';
import { resources } from './resources.js';

const MANAGER = 'kube-controller-manager';

/**
 * Makes the claims of a StatefulSet's pod go with the set where its `persistentVolumeClaimRetentionPolicy` wants them
 * deleted (`whenDeleted`), or with the pod that is scaled away (`whenScaled`), by making that their owner.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
 */
export function ownClaims(
  api: KubeApi,
  set: KubeObject,
  { ordinal, condemned }: { readonly ordinal: number; readonly condemned?: KubeObject },
): void {
  const { persistentVolumeClaimRetentionPolicy: policy = {}, volumeClaimTemplates = [] } = set.spec ?? {};
  const byPod = condemned !== undefined && policy.whenScaled === 'Delete';
  const owner = byPod ? condemned : policy.whenDeleted === 'Delete' ? set : undefined;
  const owned = owner === undefined ? [] : [controllerReference(owner)];
  for (const { metadata } of volumeClaimTemplates) {
    const name = `${metadata?.name}-${set.metadata.name}-${ordinal}`;
    try {
      api.modify(
        resources.persistentVolumeClaims,
        set.metadata.namespace,
        name,
        (draft) => {
          const others = (draft.metadata.ownerReferences ?? []).filter((one) => !isOfSet(set, one, ordinal));
          const references = [...others, ...owned];
          if (references.length === 0) delete draft.metadata.ownerReferences;
          else draft.metadata.ownerReferences = references;
        },
        { manager: MANAGER },
      );
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone meanwhile
    }
  }
}

function isOfSet(set: KubeObject, { kind, name }: { kind: string; name: string }, ordinal: number): boolean {
  return kind === 'StatefulSet'
    ? name === set.metadata.name
    : kind === 'Pod' && name === `${set.metadata.name}-${ordinal}`;
}
