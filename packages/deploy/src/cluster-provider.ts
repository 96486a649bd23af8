import type { Limits } from './limits.js';

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Which cluster, as plain JSON: it is journalled before the cluster is asked for, so that whatever happens it is found
 * again and deleted.
 */
export interface ClusterHandle {
  /** Name of the provider that knows what to do with it. */
  readonly provider: string;
  readonly name: string;
  readonly project?: string;
  readonly location?: string;
  readonly context?: string;
  readonly [field: string]: Json | undefined;
}

/** The cluster a run wants. */
export interface ProviderRequest {
  readonly runId: string;
  /** When anyone may delete it, in milliseconds since 1970. */
  readonly expiresMs: number;
  /** What tells clusters of one run apart. */
  readonly part?: string;
  /** Fields of the provider's own, for example those of a GKE cluster request. */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

/** Limits of a call that takes long, and who is told how it goes. */
export interface ProviderLimits extends Limits {
  readonly onProgress?: (text: string) => void;
}

/** Where clusters come from. Another repository can add its own. */
export interface ClusterProvider {
  readonly name: string;
  /** Whether clusters are made and deleted by it; else nothing of the cluster is touched. */
  readonly ownsCluster: boolean;
  /** Chooses the name. Asks nobody and changes nothing: what it returns can be journalled before `create`. */
  plan(request: ProviderRequest): ClusterHandle;
  /** Creates it, or takes over one that an earlier attempt of the same run created. @returns the handle with all known. */
  create(handle: ClusterHandle, request: ProviderRequest, limits: ProviderLimits): Promise<ClusterHandle>;
  /** Writes a kubeconfig for it, to a file of the run. */
  kubeconfig(handle: ClusterHandle, path: string, limits: ProviderLimits): Promise<void>;
  /** Deletes it and sees it gone. One that was never created is fine. */
  delete(handle: ClusterHandle, limits: ProviderLimits): Promise<void>;
  exists(handle: ClusterHandle, limits: ProviderLimits): Promise<boolean>;
  /**
   * Keeps it from whoever deletes what has expired, until `signal` is aborted: the time of {@link ProviderRequest.expiresMs}
   * is moved again and again. Missing where clusters do not expire.
   *
   * @throws when the cluster is gone, another run's, or may not be kept.
   */
  keepAlive?(handle: ClusterHandle, options: KeepAliveOptions): Promise<void>;
}

/** How a cluster is kept. */
export interface KeepAliveOptions {
  readonly runId: string;
  /** How long it keeps after the last time it was moved, in milliseconds. */
  readonly ttlMs: number;
  /** Aborting it ends the keeping, and the call resolves. */
  readonly signal: AbortSignal;
}
