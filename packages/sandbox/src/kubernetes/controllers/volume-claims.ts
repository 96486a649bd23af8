import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject, WatchEvent } from '../kube-api.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { keyOf, splitKey } from './object-key.js';
import { isPodEnded } from './pod-state.js';
import { resources } from './resources.js';
import { writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const PROTECTION = 'kubernetes.io/pvc-protection';
const PROVISIONER = 'sandbox.seatrial.dev/folder';

/**
 * Binds claims: to the volume they name, to an existing one that fits, or to a new one. Lets go of claims that are
 * being deleted and that no pod uses, and deletes volumes made for claims that are gone.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/
 */
export const startVolumeClaimController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'persistentvolume-controller' });
  const queue = createWorkQueue({ name: 'persistentvolumeclaim', clock, logger, sync });
  const stops = [
    api.watch(resources.persistentVolumeClaims, ({ type, object }) => {
      if (type === 'DELETED') release(object);
      else queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ type, object }) => {
      if (type !== 'DELETED' && !isPodEnded(object)) return;
      for (const name of claimsOf(object)) queue.add(`${object.metadata.namespace ?? ''}/${name}`);
    }),
    api.watch(resources.persistentVolumes, queueUnbound),
    api.watch(resources.storageClasses, queueUnbound),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function queueUnbound({ type }: WatchEvent): void {
    if (type === 'DELETED') return;
    for (const claim of api.list(resources.persistentVolumeClaims)) {
      if (claim.status?.['phase'] !== 'Bound') queue.add(keyOf(claim));
    }
  }

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const claim = api.get(resources.persistentVolumeClaims, namespace, name);
    if (claim === undefined) return;
    if (claim.metadata.deletionTimestamp !== undefined) return letGo(claim);
    if (claim.metadata.finalizers?.includes(PROTECTION) !== true) protect(claim);
    if (claim.status?.['phase'] === 'Bound') return;
    const volume = findVolume(claim) ?? provision(claim);
    if (volume !== undefined) bind(claim, volume);
  }

  function protect({ metadata: { namespace, name = '' } }: KubeObject): void {
    const change = (draft: KubeObject): void => {
      draft.metadata.finalizers = [...(draft.metadata.finalizers ?? []), PROTECTION];
    };
    api.modify(resources.persistentVolumeClaims, namespace, name, change, { manager: MANAGER });
  }

  function letGo(claim: KubeObject): void {
    const { namespace = '', name = '', finalizers = [] } = claim.metadata;
    if (!finalizers.includes(PROTECTION)) return;
    const used = api
      .list(resources.pods, { namespace })
      .some((pod) => !isPodEnded(pod) && pod.spec?.['nodeName'] && claimsOf(pod).includes(name));
    if (used) return;
    api.modify(
      resources.persistentVolumeClaims,
      namespace,
      name,
      (draft) => {
        draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== PROTECTION);
      },
      { manager: MANAGER },
    );
  }

  function findVolume(claim: KubeObject): KubeObject | undefined {
    const { volumeName, resources: wanted = {}, accessModes = [], storageClassName = '', selector } = claim.spec ?? {};
    if (volumeName) return api.get(resources.persistentVolumes, undefined, volumeName);
    return api.list(resources.persistentVolumes).find((volume) => {
      const { claimRef, capacity = {}, accessModes: modes = [], storageClassName: ofClass = '' } = volume.spec ?? {};
      if (claimRef !== undefined) return isClaimOf(claimRef, claim);
      const fits = (accessModes as string[]).every((mode) => modes.includes(mode));
      return (
        fits && ofClass === storageClassName && selector === undefined && capacity.storage === wanted.requests?.storage
      );
    });
  }

  function provision(claim: KubeObject): KubeObject | undefined {
    const {
      storageClassName = '', // the default class is set at admission, where there is one
      resources: wanted = {},
      accessModes = [],
      volumeMode = 'Filesystem',
      volumeName,
    } = claim.spec ?? {};
    if (volumeName) return undefined; // waits for the volume it names
    if (storageClassName === '') {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      record(claim, { reason: 'FailedBinding', message });
      return undefined;
    }
    if (api.get(resources.storageClasses, undefined, storageClassName) === undefined) {
      const message = `storageclass.storage.k8s.io ${JSON.stringify(storageClassName)} not found`;
      record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
      return undefined;
    }
    const name = `pvc-${claim.metadata.uid}`;
    const found = api.get(resources.persistentVolumes, undefined, name);
    if (found !== undefined) return found;
    const volume = api.create(
      resources.persistentVolumes,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
        spec: {
          capacity: { storage: wanted.requests?.storage ?? '1Gi' },
          accessModes,
          volumeMode,
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName,
          claimRef: claimRefOf(claim),
          hostPath: { path: `/var/lib/sandbox/${name}`, type: '' },
        },
      },
      { manager: MANAGER },
    );
    record(claim, { reason: 'ProvisioningSucceeded', message: `Successfully provisioned volume ${name}` });
    return volume;
  }

  function bind(claim: KubeObject, volume: KubeObject): void {
    const volumeName = volume.metadata.name ?? '';
    const bound = api.modify(
      resources.persistentVolumes,
      undefined,
      volumeName,
      (draft) => {
        draft.spec = { ...draft.spec, claimRef: claimRefOf(claim) };
      },
      { manager: MANAGER },
    );
    if (bound !== undefined) {
      writeStatus(api, resources.persistentVolumes, bound, { ...bound.status, phase: 'Bound' }, MANAGER);
    }
    const { namespace, name = '' } = claim.metadata;
    const named = api.modify(
      resources.persistentVolumeClaims,
      namespace,
      name,
      (draft) => {
        draft.spec = { ...draft.spec, volumeName };
        draft.metadata.annotations = {
          ...draft.metadata.annotations,
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
        };
      },
      { manager: MANAGER },
    );
    if (named === undefined) return;
    const { capacity, accessModes } = volume.spec ?? {};
    const status: Fields = { ...named.status, phase: 'Bound', accessModes, capacity };
    writeStatus(api, resources.persistentVolumeClaims, named, status, MANAGER);
  }

  function release(claim: KubeObject): void {
    const name: string | undefined = claim.spec?.['volumeName'];
    const volume = name === undefined ? undefined : api.get(resources.persistentVolumes, undefined, name);
    if (volume === undefined || !isClaimOf(volume.spec?.['claimRef'], claim)) return;
    if (volume.spec?.['persistentVolumeReclaimPolicy'] !== 'Delete') {
      writeStatus(api, resources.persistentVolumes, volume, { ...volume.status, phase: 'Released' }, MANAGER);
      return;
    }
    try {
      api.delete(resources.persistentVolumes, undefined, volume.metadata.name ?? '');
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone already
    }
  }
};

function claimsOf(pod: KubeObject): string[] {
  const volumes: Fields[] = pod.spec?.['volumes'] ?? [];
  return volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

function claimRefOf({ apiVersion, kind, metadata }: KubeObject): Fields {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

function isClaimOf(claimRef: Fields | undefined, { metadata }: KubeObject): boolean {
  if (claimRef === undefined) return false;
  const { namespace, name, uid } = claimRef;
  return namespace === metadata.namespace && name === metadata.name && (uid === undefined || uid === metadata.uid);
}
