import { isEqual } from '../equal.js';
import type { Fields, KubeApi, KubeObject, ResourceRef } from '../kube-api.js';

/** Writes a status where it differs from what is stored; an object replaced meanwhile (other uid) is left alone. */
export function writeStatus(
  api: KubeApi,
  ref: ResourceRef,
  object: KubeObject,
  status: Fields,
  manager: string,
): KubeObject | undefined {
  if (isEqual(object.status, status)) return object;
  const { namespace, name = '', uid } = object.metadata;
  return api.modify(
    ref,
    namespace,
    name,
    (draft) => {
      if (draft.metadata.uid === uid) draft.status = status;
    },
    { subresource: 'status', manager },
  );
}

/** Counters that are zero are left out of a status. */
export function withoutZeros(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0));
}

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastProbeTime?: string | null;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of a type. */
export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
