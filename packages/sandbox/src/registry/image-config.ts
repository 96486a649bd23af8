/** What an image says a container of it runs with. Fields as Docker and OCI write them. */
export interface ContainerConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>> | null;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
  readonly Healthcheck?: Healthcheck;
  readonly OnBuild?: readonly string[] | null;
}

/** Durations in nanoseconds. */
export interface Healthcheck {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

/** The configuration file of an image. @see https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  /** RFC 3339. */
  readonly created?: string;
  readonly author?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly HistoryEntry[];
}

export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** Label of images whose `node` is that of the machine the sandbox runs on. They and what is built on them carry it. */
export const HOST_NODE_LABEL = 'dev.seatrial.sandbox.host-node';

/** Whether `node` in this image means the host's Node. */
export function usesHostNode(config: ImageConfig): boolean {
  return config.config?.Labels?.[HOST_NODE_LABEL] === 'true';
}

/** What goes into `hostNodeConfig` from the machine. */
export interface HostNode {
  /** `process.versions.node` */
  readonly version: string;
  /** `process.arch` */
  readonly arch: string;
}

/** `amd64` for Node's `x64`, and so on. */
export function architectureOf(arch: string): string {
  return { x64: 'amd64', ia32: '386', arm: 'arm' }[arch] ?? arch;
}

/**
 * The image that stands in for `node:<tag>` where no real one can be had: no layers, and `node` is the host's.
 */
export function hostNodeConfig({ version, arch }: HostNode): ImageConfig {
  return {
    architecture: architectureOf(arch),
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `NODE_VERSION=${version}`],
      Cmd: ['node'],
      Labels: { [HOST_NODE_LABEL]: 'true' },
    },
    rootfs: { type: 'layers', diff_ids: [] },
    history: [
      { created: '1970-01-01T00:00:00Z', created_by: `sandbox: node ${version} of the host`, empty_layer: true },
    ],
  };
}
