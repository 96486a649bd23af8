import type { KubeApi } from '../kubernetes/kube-api.js';

const PROVISIONER = 'pd.csi.storage.gke.io';

/**
 * Gives a cluster the storage classes that a GKE cluster has from the start. Volumes of all are folders here, and claims
 * are bound at once.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses
 */
export function createStorageClasses(api: Pick<KubeApi, 'create'>): void {
  for (const [name, type, isDefault] of [
    ['standard-rwo', 'pd-balanced', true],
    ['premium-rwo', 'pd-ssd', false],
    ['standard', 'pd-standard', false],
  ] as const) {
    api.create(
      { group: 'storage.k8s.io', resource: 'storageclasses' },
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: {
          name,
          annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) },
          labels: { 'k8s-app': 'gcp-compute-persistent-disk-csi-driver' },
        },
        provisioner: PROVISIONER,
        parameters: { type },
        allowVolumeExpansion: true,
        volumeBindingMode: 'Immediate',
      },
    );
  }
}
