import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import type { EventRecorder } from './events.js';
import { controllerReference } from './ownership.js';
import { resources } from './resources.js';

/** What a made pod has beyond its template. */
export interface PodMaking {
  /** Fixed name; without it one is generated from the owner's. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Changes the template's spec in place (it is a copy). */
  readonly edit?: (spec: Fields) => void;
}

/** Makes a pod from the owner's template. Throws what the API server refuses. */
export function createPod(api: KubeApi, owner: KubeObject, making: PodMaking = {}): KubeObject {
  const template = structuredClone(owner.spec?.['template'] ?? {}) as Fields;
  const { name, labels, annotations, edit } = making;
  const { namespace, name: ownerName = '' } = owner.metadata;
  const spec: Fields = template['spec'] ?? {};
  edit?.(spec);
  const allLabels = { ...template['metadata']?.labels, ...labels };
  const allAnnotations = { ...template['metadata']?.annotations, ...annotations };
  const finalizers: string[] | undefined = template['metadata']?.finalizers;
  return api.create(
    resources.pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...(name === undefined ? {} : { name }),
        generateName: `${ownerName}-`,
        ...(namespace === undefined ? {} : { namespace }),
        ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
        ...(Object.keys(allAnnotations).length === 0 ? {} : { annotations: allAnnotations }),
        ...(finalizers === undefined ? {} : { finalizers }),
        ownerReferences: [controllerReference(owner)],
      },
      spec,
    },
    { manager: 'kube-controller-manager' },
  );
}

/** Like {@link createPod}, telling success and failure as events of the owner; throws the refusal. */
export function createPodWithEvents(
  api: KubeApi,
  record: EventRecorder,
  owner: KubeObject,
  making?: PodMaking,
): KubeObject {
  try {
    const pod = createPod(api, owner, making);
    record(owner, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    return pod;
  } catch (error) {
    if (isApiError(error)) {
      record(owner, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` });
    }
    throw error;
  }
}

/** Deletes a pod of the owner and says so; one that is gone is fine. */
export function deletePod(api: KubeApi, record: EventRecorder, owner: KubeObject, pod: KubeObject): void {
  const { namespace, name = '', uid } = pod.metadata;
  try {
    api.delete(resources.pods, namespace, name, uid === undefined ? {} : { uid });
  } catch (error) {
    if (!isApiError(error, 404) && !isApiError(error, 409)) throw error; // gone, or replaced by another of the name
    return;
  }
  record(owner, { reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
}
