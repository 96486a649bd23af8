import type { Clock } from '../clock.js';
import type { BlobStore } from '../registry/blob-store.js';
import { digestOf } from '../registry/blob-store.js';
import type { ImageConfig } from '../registry/image-config.js';
import { familiarName, findReference } from '../registry/reference.js';
import { DockerError } from './docker-error.js';

/** An image in the engine's own store. */
export interface LocalImage {
  /** `sha256:…` of the configuration. */
  readonly id: string;
  /** The configuration, byte for byte. */
  readonly bytes: string;
  readonly config: ImageConfig;
  /** Sum of the layers. */
  readonly sizeBytes: number;
}

/** Images, tags and layers of the stand-in. */
export interface ImageTable {
  /** Layers, uncompressed, by diff ID. */
  readonly layers: BlobStore;
  /** Adds an image by its configuration; the layers must be there. The same configuration is the same image. */
  add(bytes: string): Promise<LocalImage>;
  /** What {@link add} would add; intermediate steps of a build. */
  preview(bytes: string): Promise<LocalImage>;
  /** By tag, `repository@digest`, id or the beginning of an id. */
  find(name: string): LocalImage | undefined;
  /** @throws {DockerError} 404 */
  get(name: string): LocalImage;
  /** `name` is `repository:tag`; an image that had the tag loses it. */
  tag(name: string, id: string): void;
  /** Remembers under which digest a registry has the image. */
  addDigest(name: string, id: string): void;
  /** Tags of an image, `repository:tag`, in order. */
  tagsOf(id: string): readonly string[];
  digestsOf(id: string): readonly string[];
  lastTaggedMs(id: string): number | undefined;
  list(): readonly LocalImage[];
  /** Removes a tag, or an image with all its tags. @returns what was done, as the engine tells it. */
  remove(
    name: string,
    options: { readonly force: boolean },
  ): Promise<readonly ({ Untagged: string } | { Deleted: string })[]>;
}

/** `repository:tag` of a reference without a digest; `undefined` when it is none. */
export function tagName(reference: string): string | undefined {
  const found = findReference(reference);
  return found?.tag === undefined ? undefined : `${familiarName(found)}:${found.tag}`;
}

/** An empty table. */
export function createImageTable(layers: BlobStore, clock: Pick<Clock, 'now'>): ImageTable {
  const images = new Map<string, LocalImage>();
  const tags = new Map<string, string>();
  const digests = new Map<string, string>();
  const tagged = new Map<string, number>();

  const preview = async (bytes: string): Promise<LocalImage> => {
    const config = JSON.parse(bytes) as ImageConfig;
    const sizes = await Promise.all(config.rootfs.diff_ids.map((diffId) => layers.sizeOf(diffId)));
    const sizeBytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    return { id: digestOf(bytes), bytes, config, sizeBytes };
  };
  const find = (name: string) => {
    if (/^(?:sha256:)?[a-f0-9]{4,64}$/.test(name)) {
      const hex = name.replace(/^sha256:/, '');
      const found = [...images.values()].filter((image) => image.id.startsWith(`sha256:${hex}`));
      if (found.length === 1) return found[0];
    }
    const reference = findReference(name);
    if (reference?.digest !== undefined)
      return images.get(digests.get(`${familiarName(reference)}@${reference.digest}`) ?? '');
    return images.get(tags.get(tagName(name) ?? '') ?? '');
  };
  const get = (name: string) => {
    const found = find(name);
    if (found !== undefined) return found;
    throw new DockerError(404, `No such image: ${tagName(name) ?? name}`);
  };
  const tagsOf = (id: string) => [...tags].flatMap(([name, of]) => (of === id ? [name] : [])).sort();
  const digestsOf = (id: string) => [...digests].flatMap(([name, of]) => (of === id ? [name] : [])).sort();

  return {
    layers,
    async add(bytes) {
      const image = images.get(digestOf(bytes)) ?? (await preview(bytes));
      images.set(image.id, image);
      return image;
    },
    preview,
    find,
    get,
    tag(name, id) {
      tags.set(name, id);
      tagged.set(id, clock.now());
    },
    addDigest: (name, id) => void digests.set(name, id),
    tagsOf,
    digestsOf,
    lastTaggedMs: (id) => tagged.get(id),
    list: () => [...images.values()],
    async remove(name, { force }) {
      const image = get(name);
      const names = tagsOf(image.id);
      const asTag = tagName(name);
      const byTag = asTag !== undefined && tags.get(asTag) === image.id;
      if (byTag && names.length > 1) {
        tags.delete(asTag);
        return [{ Untagged: asTag }];
      }
      if (!byTag && names.length > 1 && !force) {
        const short = image.id.slice('sha256:'.length, 19);
        const message = `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`;
        throw new DockerError(409, message);
      }
      for (const tag of names) tags.delete(tag);
      const known = digestsOf(image.id);
      for (const digest of known) digests.delete(digest);
      images.delete(image.id);
      const used = new Set([...images.values()].flatMap((other) => other.config.rootfs.diff_ids));
      const free = image.config.rootfs.diff_ids.filter((diffId) => !used.has(diffId));
      await Promise.all(free.map((diffId) => layers.delete(diffId)));
      const untagged = [...names, ...known].map((item) => ({ Untagged: item }));
      return [...untagged, { Deleted: image.id }, ...free.map((diffId) => ({ Deleted: diffId }))];
    },
  };
}
