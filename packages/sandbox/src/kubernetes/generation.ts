import { isEqual } from './equal.js';
import type { KubeObject } from './kube-api.js';
import type { Resource } from './resources.js';

/** Counts the generation up, in place, where what is wanted has changed. */
export function countGeneration(
  resource: Resource,
  object: KubeObject,
  { live, subresource }: { readonly live: KubeObject; readonly subresource: string | undefined },
): void {
  // A Deployment's controller writes the revision, an annotation, with the status: nothing new is wanted by that.
  if (subresource === 'status') return;
  if (resource.generation === 'none' || !isChanged(resource, object, live)) return;
  object.metadata.generation = (live.metadata.generation ?? 0) + 1;
}

function isChanged(resource: Resource, object: KubeObject, live: KubeObject): boolean {
  switch (resource.generation) {
    case 'none':
      return false;
    case 'spec':
      return !isEqual(content(resource, object), content(resource, live));
    case 'spec-or-annotations':
      return (
        !isEqual(object.spec, live.spec) || !isEqual(object.metadata.annotations ?? {}, live.metadata.annotations ?? {})
      );
    case 'all-but-metadata':
      return !isEqual({ ...object, metadata: {} }, { ...live, metadata: {} });
  }
}

// Most kinds count their spec; those without one (webhooks, endpoint slices) and custom ones all but metadata and status.
function content(resource: Resource, object: KubeObject): unknown {
  if (resource.custom === undefined && object.spec !== undefined) return object.spec;
  return { ...object, metadata: {}, status: {} };
}
