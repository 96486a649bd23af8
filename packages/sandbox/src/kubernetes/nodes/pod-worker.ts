import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger } from '../../clock.js';
import type { EventNote } from '../controllers/events.js';
import { formatTime } from '../controllers/kube-time.js';
import { resources } from '../controllers/resources.js';
import { writeStatus } from '../controllers/status.js';
import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import type { ContainerHost } from './container-host.js';
import { ContainerLoop } from './container-loop.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { ImagePuller } from './image-puller.js';
import { layOutVolumes, MountError } from './pod-volumes.js';
import type { VolumeSources } from './pod-volumes.js';
import { podStatus } from './pod-status.js';
import type { PodRecord } from './pod-status.js';

/** What the pods of a node have in common. */
export interface PodHost {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly runtime: ContainerRuntime;
  readonly puller: ImagePuller;
  /** Folder of all pods. */
  readonly dir: string;
  readonly hostIp: string;
  readonly record: (pod: KubeObject, note: EventNote) => void;
  /** Node, tokens and API server, as volumes and environment need them. */
  readonly sources: Pick<VolumeSources, 'allocatable' | 'apiServer' | 'caCertificate' | 'issueToken' | 'persistentDir'>;
  /** Resolves at a change of a ConfigMap, Secret or claim in the namespace, or after the time. */
  configChange(namespace: string, maxMs: number, signal: AbortSignal): Promise<void>;
  /** An address for a new pod; `undefined` where the runtime gives one. */
  takeAddress(): string | undefined;
  giveAddress(address: string): void;
}

const MANAGER = 'kubelet';
const MOUNT_RETRY_MS = 10_000;
/** Tells whoever reads the pod in which way it ran: `docker`, `process`, `simulated`. */
const RUNTIME_ANNOTATION = 'sandbox.seatrial.dev/runtime';

/** Runs one pod from its binding to its end, and keeps its status. */
export class PodWorker {
  readonly uid: string;
  readonly #host: PodHost;
  readonly #dir: string;
  readonly #record: PodRecord;
  readonly #loops: readonly ContainerLoop[];
  readonly #abort = new AbortController();
  readonly #address: string | undefined;
  #pod: KubeObject;
  #podIp = '';
  #ranAs: ContainerRuntime['kind'] | undefined;
  #running: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  #removed = false;
  #laidOut = false;

  constructor(host: PodHost, pod: KubeObject) {
    this.#host = host;
    this.#pod = pod;
    this.uid = pod.metadata.uid ?? '';
    this.#dir = join(host.dir, this.uid);
    this.#address = host.takeAddress();
    const containerHost = this.#containerHost();
    const { initContainers = [], containers = [] } = pod.spec ?? {};
    this.#loops = [
      ...(initContainers as Fields[]).map((spec) => new ContainerLoop(containerHost, spec, true)),
      ...(containers as Fields[]).map((spec) => new ContainerLoop(containerHost, spec, false)),
    ];
    this.#record = {
      startTime: formatTime(host.clock.now()),
      hostIp: host.hostIp,
      podIp: undefined,
      containers: this.#loops.map(({ record }) => record),
      failure: undefined,
    };
  }

  /** Begins. Failures that are not the pod's are logged. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (this.#abort.signal.aborted) return;
      const { namespace, name } = this.#pod.metadata;
      this.#host.logger.error('pod failed to run', { namespace, name, error: String(error) });
      this.#record.failure = { reason: 'UnexpectedError', message: String(error) };
      this.#publish();
    });
  }

  /** Takes the pod's new state; one that is being deleted is ended within its grace. */
  update(pod: KubeObject): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp === undefined) return;
    const graceMs = 1_000 * Number(pod.metadata.deletionGracePeriodSeconds ?? 0);
    if (this.#ending === undefined) this.#ending = this.#end(graceMs);
    else void this.#stopAll(graceMs); // the grace may have shrunk
  }

  /** The pod's object is gone: ends at once and leaves nothing. */
  async remove(): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    this.#abort.abort(new Error('the pod is gone'));
    await this.#stopAll(0);
    await this.#running;
    for (const loop of this.#loops) {
      loop.logs(true)?.close();
      loop.logs(false)?.close();
    }
    if (this.#address !== undefined) this.#host.giveAddress(this.#address);
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** The loop of a container. */
  container(name: string): ContainerLoop | undefined {
    return this.#loops.find(({ record }) => record.name === name);
  }

  /** Writes the files of its volumes anew, after one of their objects changed. */
  async refreshVolumes(): Promise<void> {
    if (!this.#laidOut || this.#abort.signal.aborted) return;
    try {
      await layOutVolumes(this.#sources());
    } catch (error) {
      if (!(error instanceof MountError)) throw error; // an object is gone: what was laid out stays
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    await mkdir(this.#dir, { recursive: true });
    this.#publish();
    void this.#watchDeadline();
    await this.#setUpVolumes();
    if (this.#address !== undefined) this.#setPodIp(this.#address);
    const sidecars: Promise<unknown>[] = [];
    for (const loop of this.#loops.filter(({ record }) => record.init)) {
      signal.throwIfAborted();
      if (this.#isSidecar(loop)) {
        sidecars.push(loop.run());
        continue;
      }
      const exitCode = await loop.run();
      signal.throwIfAborted();
      if (exitCode !== 0) return this.#publish();
    }
    await Promise.all(this.#loops.filter(({ record }) => !record.init).map((loop) => loop.run()));
    await Promise.all(this.#loops.filter((loop) => this.#isSidecar(loop)).map((loop) => loop.stop(0)));
    this.#publish();
  }

  #isSidecar({ record }: ContainerLoop): boolean {
    const specs: Fields[] = this.#pod.spec?.['initContainers'] ?? [];
    return record.init && specs.some((spec) => spec['name'] === record.name && spec['restartPolicy'] === 'Always');
  }

  async #setUpVolumes(): Promise<void> {
    const { signal } = this.#abort;
    const { namespace = '' } = this.#pod.metadata;
    for (;;) {
      signal.throwIfAborted();
      try {
        await layOutVolumes(this.#sources());
        this.#laidOut = true;
        return;
      } catch (error) {
        if (!(error instanceof MountError)) throw error;
        this.#host.record(this.#pod, { type: 'Warning', reason: 'FailedMount', message: error.message });
      }
      await this.#host.configChange(namespace, MOUNT_RETRY_MS, signal);
    }
  }

  async #watchDeadline(): Promise<void> {
    const seconds: number | undefined = this.#pod.spec?.['activeDeadlineSeconds'];
    if (seconds === undefined) return;
    try {
      await this.#host.clock.sleep(seconds * 1_000, this.#abort.signal);
    } catch {
      return; // the pod ended in time
    }
    if (this.#isDone()) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#record.failure = { reason: 'DeadlineExceeded', message };
    this.#abort.abort(new Error(message));
    this.#host.record(this.#pod, { reason: 'DeadlineExceeded', message });
    await this.#stopAll(this.#graceMs());
    await this.#running;
    for (const { record } of this.#loops) record.ready = false;
    this.#publish();
  }

  async #end(graceMs: number): Promise<void> {
    this.#abort.abort(new Error('the pod is being deleted'));
    await this.#stopAll(graceMs);
    await this.#running;
    if (this.#removed) return;
    this.#publish();
    const { namespace, name = '' } = this.#pod.metadata;
    try {
      this.#host.api.delete(resources.pods, namespace, name, { gracePeriodSeconds: 0, uid: this.uid });
    } catch (error) {
      // Gone already, or replaced by another pod of the name.
      if (!isApiError(error, 404) && !isApiError(error, 409)) throw error;
    }
  }

  async #stopAll(graceMs: number): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop(graceMs)));
  }

  #isDone(): boolean {
    return this.#loops.filter(({ record }) => !record.init).every(({ record }) => 'terminated' in record.state);
  }

  #graceMs(): number {
    return 1_000 * Number(this.#pod.spec?.['terminationGracePeriodSeconds'] ?? 30);
  }

  /** Says so on the pod, once; one simulated container makes the pod a simulated one. */
  #setRanAs(kind: ContainerRuntime['kind']): void {
    if (this.#ranAs === kind || (this.#ranAs !== undefined && kind !== 'simulated')) return;
    this.#ranAs = kind;
    const { namespace, name = '' } = this.#pod.metadata;
    const annotate = ({ metadata }: KubeObject): void => {
      if (metadata.uid === this.uid) metadata.annotations = { ...metadata.annotations, [RUNTIME_ANNOTATION]: kind };
    };
    try {
      this.#host.api.modify(resources.pods, namespace, name, annotate, { manager: MANAGER });
    } catch (error) {
      if (!isApiError(error)) throw error;
      this.#host.logger.warn('pod annotation was refused', { namespace, name, error: error.message });
    }
  }

  #setPodIp(address: string): void {
    this.#podIp = address;
    this.#record.podIp = address;
  }

  #publish(): void {
    const { api, clock } = this.#host;
    const { namespace, name = '' } = this.#pod.metadata;
    if (this.#removed) return;
    const pod = api.get(resources.pods, namespace, name);
    if (pod === undefined || pod.metadata.uid !== this.uid) return;
    try {
      writeStatus(api, resources.pods, pod, podStatus(pod, this.#record, clock.now()), MANAGER);
    } catch (error) {
      if (!isApiError(error)) throw error;
      this.#host.logger.warn('pod status was refused', { namespace, name, error: error.message });
    }
  }

  #sources(): VolumeSources {
    const { api, hostIp, sources } = this.#host;
    return {
      ...sources,
      api,
      pod: this.#pod,
      podIp: this.#address ?? this.#podIp,
      hostIp,
      dir: join(this.#dir, 'volumes'),
    };
  }

  #containerHost(): ContainerHost {
    const { clock, runtime, puller, newId } = this.#host;
    return {
      clock,
      runtime,
      puller,
      newId,
      dir: this.#dir,
      signal: this.#abort.signal,
      pod: () => this.#pod,
      sources: () => this.#sources(),
      podIp: () => this.#podIp,
      ranAs: (kind) => this.#setRanAs(kind),
      setPodIp: (address) => this.#setPodIp(address),
      publish: () => this.#publish(),
      record: (note) => this.#host.record(this.#pod, note),
      configChange: (maxMs) => this.#host.configChange(this.#pod.metadata.namespace ?? '', maxMs, this.#abort.signal),
    };
  }
}
