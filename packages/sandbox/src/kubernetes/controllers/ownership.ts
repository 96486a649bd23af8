import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject, OwnerReference, ResourceRef } from '../kube-api.js';
import { matchesSelector } from './label-selector.js';

/** The owner reference that marks the owner as controller. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The reference of the object's controller, if it has one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Key of the controller of a kind, for its queue; `undefined` when another kind or nothing controls the object. */
export function controllerKey(object: KubeObject, kind: string): string | undefined {
  const reference = controllerOf(object);
  return reference?.kind === kind ? `${object.metadata.namespace ?? ''}/${reference.name}` : undefined;
}

/**
 * The objects of a resource that the owner controls, in order of name. Matching ones without a controller are adopted,
 * controlled ones that no longer match are let go.
 */
export function claim(api: KubeApi, ref: ResourceRef, owner: KubeObject, manager: string): KubeObject[] {
  const selector: Fields | undefined = owner.spec?.['selector'];
  const { namespace, uid, deletionTimestamp } = owner.metadata;
  const claimed: KubeObject[] = [];
  for (const object of api.list(ref, namespace === undefined ? {} : { namespace })) {
    const controller = controllerOf(object);
    const matches = matchesSelector(selector, object.metadata.labels);
    if (controller?.uid === uid && matches) claimed.push(object);
    else if (controller?.uid === uid && deletionTimestamp === undefined) {
      change(object, (draft) => {
        draft.metadata.ownerReferences = draft.metadata.ownerReferences?.filter((other) => other.uid !== uid);
      });
    } else if (controller === undefined && matches && adoptable(object) && deletionTimestamp === undefined) {
      const adopted = change(object, (draft) => {
        draft.metadata.ownerReferences = [...(draft.metadata.ownerReferences ?? []), controllerReference(owner)];
      });
      if (adopted !== undefined) claimed.push(adopted);
    }
  }
  return claimed;

  function adoptable(object: KubeObject): boolean {
    return object.metadata.deletionTimestamp === undefined;
  }

  function change(object: KubeObject, edit: (draft: KubeObject) => void): KubeObject | undefined {
    try {
      return api.modify(ref, object.metadata.namespace, object.metadata.name ?? '', edit, { manager });
    } catch (error) {
      // Gone or refused: it is looked at again with its next change.
      if (!isApiError(error)) throw error;
      return undefined;
    }
  }
}
