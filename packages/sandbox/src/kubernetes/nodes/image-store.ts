/** What an image says its containers run with. */
export interface ContainerConfig {
  readonly Env?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly WorkingDir?: string;
  readonly User?: string;
}

/** An image of the sandbox's own store. */
export interface StoredImage {
  /** The container's part of the image's configuration, or the whole file with it as `config`. */
  readonly config: ContainerConfig | { readonly config?: ContainerConfig };
  /** Digest of the manifest, for `imageID`. */
  readonly digest?: string;
  /** Is `node` in it the host's Node.js? */
  readonly node: boolean;
  /** Lays the image's files into a folder. */
  unpack(dir: string): Promise<void>;
}

/** Where nodes without a container engine find images. */
export interface ImageStore {
  /** By tag or digest; `undefined` when there is no such image. */
  find(reference: string): Promise<StoredImage | undefined>;
}

/** The container's part of an image's configuration. */
export function containerConfigOf({ config }: Pick<StoredImage, 'config'>): ContainerConfig {
  const whole = config as { readonly config?: ContainerConfig };
  // The whole file always has `rootfs`, and may lack `config`.
  return 'config' in config || 'rootfs' in config ? (whole.config ?? {}) : (config as ContainerConfig);
}

/** An image that a container can be started from. */
export interface PulledImage {
  readonly reference: string;
  /** `docker-pullable://repository@sha256:…`, as statuses show it. */
  readonly imageId: string;
  readonly config: ContainerConfig;
  /** Absent where the engine keeps it, or nothing is known of it. */
  readonly stored?: StoredImage;
}
