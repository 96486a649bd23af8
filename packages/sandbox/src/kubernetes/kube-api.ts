/**
 * The seam between the API server and what runs beside it in the same process: controllers, scheduler, kubelet.
 *
 * @module
 */
import type { Duplex, Readable, Writable } from 'node:stream';

export { ApiError, isApiError } from './api-error.js';

/** Any object-valued part of a Kubernetes object; its members depend on the kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape is the kind's, known only to who reads it
export type Fields = Record<string, any>;

/** One entry of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metadata` of an object. Times are RFC 3339 in whole seconds. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: Fields[];
}

/** Any Kubernetes object. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Fields;
  status?: Fields;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `data`, `rules`, `subsets`, … of the kind
  [member: string]: any;
}

/** A resource regardless of version: objects are kept once, in the storage version. */
export interface ResourceRef {
  /** API group, `''` for core. */
  readonly group: string;
  /** Plural in lower case: `pods`. */
  readonly resource: string;
}

/** One change of one object. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** State after the change; of a deletion the last state, with the resourceVersion of the deletion. */
  readonly object: KubeObject;
  /** State before the change. Absent on ADDED. */
  readonly previous?: KubeObject;
}

/** Which objects of a resource. Absent members do not restrict. */
export interface ListSelection {
  readonly namespace?: string;
  /** As in a request: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string;
  /** As in a request: `metadata.name=web`. */
  readonly fieldSelector?: string;
}

/** How an object is deleted. */
export interface DeleteSelection {
  /** @default the resource's own, `Background` for nearly all */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Only of consequence for pods with a node; 0 removes at once. @default the pod's own */
  readonly gracePeriodSeconds?: number;
  /** Refuse with 409 unless the object has this uid. */
  readonly uid?: string;
}

/** Who writes, and what. */
export interface WriteSelection {
  /** Name in `metadata.managedFields`. @default `kube-controller-manager` */
  readonly manager?: string;
}

/** A {@link WriteSelection} that may be aimed at a subresource. */
export interface UpdateSelection extends WriteSelection {
  /** `status` keeps everything but status, labels and annotations; without it `status` is kept where it is a subresource. */
  readonly subresource?: 'status';
}

/**
 * The server's semantics without HTTP: defaults, validation, generation, finalizers, resource versions. Everything is
 * synchronous. Objects handed out are shared and frozen: clone before writing into them.
 *
 * All methods throw {@link ApiError}: 404 for a resource or namespace that is not there, 409 for a name taken or a stale
 * resourceVersion, 422 for an invalid object, 403 for an admission refusal.
 */
export interface KubeApi {
  /** `undefined` when there is no such object. `namespace` is `undefined` for cluster-wide resources. */
  get(ref: ResourceRef, namespace: string | undefined, name: string): KubeObject | undefined;
  /** In order of namespace and name; an unknown resource is an empty list. */
  list(ref: ResourceRef, selection?: ListSelection): readonly KubeObject[];
  create(ref: ResourceRef, object: KubeObject, options?: WriteSelection): KubeObject;
  /** With a resourceVersion in the object a stale one is refused (409); without one it overwrites. No change, no write. */
  update(ref: ResourceRef, object: KubeObject, options?: UpdateSelection): KubeObject;
  /** Reads, clones, changes and updates; `undefined` when the object is gone. */
  modify(
    ref: ResourceRef,
    namespace: string | undefined,
    name: string,
    change: (draft: KubeObject) => void,
    options?: UpdateSelection,
  ): KubeObject | undefined;
  /** @throws {ApiError} 404 when missing, 409 when it has another uid */
  delete(ref: ResourceRef, namespace: string | undefined, name: string, options?: DeleteSelection): void;
  /**
   * First an ADDED for each object that is there, then every change in order, each delivered in a microtask. A resource
   * that is not defined (yet) is watched too and stays silent until it is.
   *
   * @returns stops it; nothing is delivered after
   */
  watch(ref: ResourceRef, listener: (event: WatchEvent) => void): () => void;
  /** All resources served right now, custom ones included, each once; for the collectors. */
  resources(): readonly ApiResource[];
  /** The resource of an owner reference or an `involvedObject`; `undefined` when nothing of that kind is served. */
  resourceOf(apiVersion: string, kind: string): ApiResource | undefined;
}

/** A served resource. */
export interface ApiResource extends ResourceRef {
  readonly kind: string;
  /** Version in which objects are kept and handed out. */
  readonly version: string;
  readonly namespaced: boolean;
}

/** What is asked of a container's log. */
export interface LogRequest {
  readonly container: string;
  readonly follow: boolean;
  /** Of the instance before the last restart. */
  readonly previous: boolean;
  /** Each line starts with its RFC 3339 time in nanoseconds and a blank. */
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Only lines at or after this time, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  /** Aborted when the reader hangs up. */
  readonly signal: AbortSignal;
}

/** The streams of a command in a container, or of the container's own program. */
export interface ContainerSession {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Empty where there is a terminal. */
  readonly stderr: Readable;
  /** Its exit code, 128 + n for signal n, once all output has been handed over. Never rejects. */
  readonly exited: Promise<number>;
  /** Tells the terminal its size, in characters. */
  resize(size: { readonly width: number; readonly height: number }): void;
  /** The client is gone: ends what was started for it. Repeatable. */
  close(): void;
}

/** What is asked of `pods/exec` and `pods/attach`. */
export interface SessionOptions {
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** The kubelet's side of `pods/log`, `exec`, `attach` and `portforward`, implemented beside the API server. */
export interface PodRuntime {
  /**
   * The bytes of the log, ended at its end (with `follow` when the container ends). The API server has checked that the
   * container exists and is not waiting to start.
   *
   * @throws {ApiError} 400 for what the kubelet refuses
   */
  logs(pod: KubeObject, request: LogRequest): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
  /** Runs a command. @throws {ApiError} 404 when the container does not run, 400 when it is simulated, 500 for a bad command */
  exec?(pod: KubeObject, argv: readonly string[], options: SessionOptions): Promise<ContainerSession>;
  /** Joins the container's own program. @throws {ApiError} 404 when the container does not run */
  attach?(pod: KubeObject, options: SessionOptions): Promise<ContainerSession>;
  /** Connects to a port of the pod. @throws {Error} when nothing listens there, or the pod is simulated */
  dial?(pod: KubeObject, port: number): Promise<Duplex>;
}
