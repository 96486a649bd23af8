import { isApiError } from '../kube-api.js';
import type { KubeObject, ResourceRef } from '../kube-api.js';
import type { ControllerContext } from './context.js';
import { resources } from './resources.js';

const ROOT_CA = 'kube-root-ca.crt';
const MANAGER = 'kube-controller-manager';

/**
 * Gives every namespace the ServiceAccount `default` and, where the authority's certificate is known, the ConfigMap
 * `kube-root-ca.crt`; both come back when they are deleted.
 *
 * @param caCertificate PEM.
 * @returns stops it
 */
export function startServiceAccountController({ api }: ControllerContext, caCertificate?: () => string): () => void {
  const stops = [
    // In the listener itself: pods are refused until the account is there.
    api.watch(resources.namespaces, ({ type, object }) => {
      if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) return;
      equip(object.metadata.name ?? '');
    }),
    api.watch(resources.serviceAccounts, (event) => comeBack(event.type, event.object, 'default')),
    api.watch(resources.configMaps, (event) => comeBack(event.type, event.object, ROOT_CA)),
  ];
  return () => {
    for (const stop of stops) stop();
  };

  function comeBack(type: string, { metadata }: KubeObject, name: string): void {
    if (type !== 'DELETED' || metadata.name !== name || metadata.namespace === undefined) return;
    const namespace = api.get(resources.namespaces, undefined, metadata.namespace);
    if (namespace !== undefined && namespace.metadata.deletionTimestamp === undefined) equip(metadata.namespace);
  }

  function equip(namespace: string): void {
    ensure(resources.serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
    if (caCertificate === undefined) return;
    ensure(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: ROOT_CA,
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as ' +
            'the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of ' +
            'Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': caCertificate() },
    });
  }

  function ensure(ref: ResourceRef, object: KubeObject): void {
    const { namespace, name = '' } = object.metadata;
    if (api.get(ref, namespace, name) !== undefined) return;
    try {
      api.create(ref, object, { manager: MANAGER });
    } catch (error) {
      if (!isApiError(error)) throw error; // made or terminated meanwhile
    }
  }
}
