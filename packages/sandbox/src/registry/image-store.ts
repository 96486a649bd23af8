import { mkdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { HostNode, ImageConfig } from './image-config.js';
import { architectureOf, hostNodeConfig, usesHostNode } from './image-config.js';
import type { Descriptor } from './manifest.js';
import { findReference } from './reference.js';
import type { Registry, StoredManifest } from './registry-api.js';
import { unpackLayer } from './unpack-layer.js';

/** An image that can be run. */
export interface FoundImage {
  /** Digest of its manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** Whether `node` in it means the host's Node. */
  readonly node: boolean;
  /** Lays the image's files into a folder, which is made. Nothing is written outside of it. */
  unpack(dir: string): Promise<void>;
}

/** Where a node gets images from. */
export interface ImageStore {
  /** By tag or digest; `undefined` when there is no such image here. */
  find(reference: string): Promise<FoundImage | undefined>;
}

/**
 * The images of the sandbox's registry, and `node:<tag>`, which stands for the host's Node.
 *
 * @param options.hosts Names by which the registry is known: `127.0.0.1:PORT`.
 */
export function createImageStore(
  registry: Registry,
  options: { readonly hosts: readonly string[]; readonly hostNode: HostNode },
): ImageStore {
  const { hosts, hostNode } = options;
  const pick = (repository: string, found: StoredManifest): StoredManifest | undefined => {
    const { manifests } = found.manifest;
    if (manifests === undefined) return found;
    const fits = ({ platform }: Descriptor) => {
      return platform?.os === 'linux' && platform.architecture === architectureOf(hostNode.arch);
    };
    const chosen = manifests.find(fits) ?? manifests[0];
    const inner = chosen && registry.findManifest(repository, chosen.digest);
    return inner?.manifest.manifests === undefined ? inner : undefined;
  };
  return {
    async find(reference) {
      const named = findReference(reference);
      if (named === undefined) return undefined;
      const { host, repository, tag, digest } = named;
      if (host === 'docker.io' && repository === 'library/node' && digest === undefined) {
        const config = hostNodeConfig(hostNode);
        const unpack = async (dir: string) => void (await mkdir(dir, { recursive: true }));
        return { digest: '', config, node: true, unpack };
      }
      if (!hosts.includes(host)) return undefined;
      const manifest = registry.findManifest(repository, digest ?? tag ?? 'latest');
      const image = manifest && pick(repository, manifest);
      const { config: pointer, layers = [] } = image?.manifest ?? {};
      if (manifest === undefined || pointer === undefined) return undefined;
      const config = JSON.parse(await text(await registry.blobs.read(pointer.digest))) as ImageConfig;
      return {
        digest: manifest.digest,
        config,
        node: usesHostNode(config),
        async unpack(dir) {
          await mkdir(dir, { recursive: true });
          for (const layer of layers) await unpackLayer(await registry.blobs.read(layer.digest), dir);
        },
      };
    },
  };
}
