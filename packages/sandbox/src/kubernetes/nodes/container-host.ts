import type { Clock } from '../../clock.js';
import type { EventNote } from '../controllers/events.js';
import type { KubeObject } from '../kube-api.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { ImagePuller } from './image-puller.js';
import type { VolumeSources } from './pod-volumes.js';

/** What a container has from its pod. */
export interface ContainerHost {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly puller: ImagePuller;
  /** The pod as it is now. */
  pod(): KubeObject;
  /** What environment and volumes are made from now. */
  sources(): VolumeSources;
  /** The pod's address, as far as it is known. */
  podIp(): string;
  /** Takes in which way a container was started. */
  ranAs(kind: ContainerRuntime['kind']): void;
  /** Takes the address that the runtime gave the container. */
  setPodIp(address: string): void;
  /** Folder of the pod. */
  readonly dir: string;
  readonly newId: () => string;
  /** Aborted when the pod is to end: nothing is started any more. */
  readonly signal: AbortSignal;
  /** Writes the pod's status. */
  publish(): void;
  record(note: EventNote): void;
  /** Resolves at a change of a ConfigMap or Secret of the namespace, or after the time. Rejects with the signal. */
  configChange(maxMs: number): Promise<void>;
}
