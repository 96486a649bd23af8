/** A taint as Kubernetes writes it. */
export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** One machine of a cluster that is asked for. */
export interface NodeRequest {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** Further resources by name: `nvidia.com/gpu`. */
  readonly extendedResources: Readonly<Record<string, number>>;
}

/** What a cluster needs. */
export interface KubernetesRequest {
  readonly project: string;
  readonly location: string;
  readonly name: string;
  /** 64 hex digits, of this cluster alone. */
  readonly id: string;
  readonly nodes: readonly NodeRequest[];
}

/** A Kubernetes that runs. */
export interface ClusterKubernetes {
  /** `127.0.0.1:PORT`, TLS. */
  readonly endpoint: string;
  /** PEM. */
  readonly caCertificate: string;
  /** As `kubectl version` says it: `1.35.0`. */
  readonly version: string;
  /** Gives back its port, processes and folders. */
  close(): Promise<void>;
}

/** Makes the Kubernetes of a cluster. */
export type KubernetesFactory = (request: KubernetesRequest) => Promise<ClusterKubernetes>;
