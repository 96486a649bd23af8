import type { KindRef, KubeObject, ObjectRef } from './kube-object.js';

/** Which of a kind. */
export interface Selection {
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Ends a call early. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A list, and the version a watch can go on from. */
export interface KubeList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/** A change as the server tells it. `ERROR` carries a Status. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** A kind the server serves. */
export interface ResourceInfo extends KindRef {
  /** Plural, as in paths. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Other names: singular, short ones, in lower case. */
  readonly names?: readonly string[];
}

/** What to read of a container's log. */
export interface LogOptions extends CallOptions {
  readonly container?: string;
  /** Of the container before the last restart. @default false */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/**
 * One cluster's API. Kinds are found through discovery, so custom resources work as any other.
 *
 * Reads are repeated while the server is away or busy; every method throws `DeployError` `REFUSED` or `UNAVAILABLE`.
 */
export interface KubeClient {
  /** URL of the API server. */
  readonly server: string;
  /** Name of the context. */
  readonly context: string;
  /** Path of the kubeconfig, for programs that need one. */
  readonly kubeconfig: string;
  /** The object, or `undefined` when there is none. */
  get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined>;
  list(kind: KindRef, options?: Selection & CallOptions): Promise<KubeList>;
  /** @param options.fieldManager who the fields are noted as set by; the program's own name when left out */
  create(object: KubeObject, options?: CallOptions & { readonly fieldManager?: string }): Promise<KubeObject>;
  /**
   * Merges fields into an object (RFC 7396): null removes one. A `resourceVersion` in it makes the change one of that
   * version only: 409 when the object is another by now.
   *
   * @returns the object afterwards; `undefined` when there is none.
   */
  patch(ref: ObjectRef, fields: object, options?: CallOptions): Promise<KubeObject | undefined>;
  /** `absent` when there was nothing to delete. Deletion may take on after this returns. */
  delete(
    ref: ObjectRef,
    options?: CallOptions & {
      readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
      readonly uid?: string;
      /** Only this version of it: 409 when it was changed since. */
      readonly resourceVersion?: string | undefined;
    },
  ): Promise<'deleted' | 'absent'>;
  /** One connection; ends when the server ends it, or has told nothing for a minute. For a watch that goes on see `observe`. */
  watch(
    kind: KindRef,
    options: Selection & CallOptions & { readonly resourceVersion: string },
  ): AsyncIterable<WatchEvent>;
  readLog(pod: { readonly namespace: string; readonly name: string }, options?: LogOptions): Promise<string>;
  /** Every kind that can be listed, each in its preferred version. */
  listResources(options?: CallOptions): Promise<readonly ResourceInfo[]>;
  /** Ends idle connections. */
  close(): void;
}
