import type { ImageTable, LocalImage } from './image-table.js';
import { tagName } from './image-table.js';
import { isTrue, readMap } from './query-values.js';

function createdMs({ config }: LocalImage): number {
  return Date.parse(config.created ?? '') || 0;
}

/** `GET /images/json`: newest first, by the filters reference, label and dangling. @throws {DockerError} 400 */
export function listImages(images: ImageTable, query: URLSearchParams) {
  const filters = readMap(query.get('filters'), 'filters') as Record<string, unknown>;
  const wanted = (name: string): string[] | undefined => {
    const value = filters[name];
    if (value === undefined) return undefined;
    return Array.isArray(value) ? (value as string[]) : Object.keys(value as object);
  };
  const [references, labels, dangling] = [wanted('reference'), wanted('label'), wanted('dangling')];
  return images
    .list()
    .filter((image) => {
      const tags = images.tagsOf(image.id);
      const own = image.config.config?.Labels ?? {};
      if (
        references !== undefined &&
        !references.some(
          (name) =>
            tags.includes(tagName(name) ?? '') || tags.some((full) => full.slice(0, full.lastIndexOf(':')) === name),
        )
      )
        return false;
      if (dangling !== undefined && (tags.length === 0) !== isTrue(dangling[0] ?? '')) return false;
      return (labels ?? []).every((label) => {
        const [key = '', value] = label.split('=');
        return value === undefined ? key in own : own[key] === value;
      });
    })
    .map((image) => ({
      Id: image.id,
      ParentId: '',
      RepoTags: orNone(images.tagsOf(image.id), '<none>:<none>'),
      RepoDigests: images.digestsOf(image.id),
      Created: Math.floor(createdMs(image) / 1000),
      Size: image.sizeBytes,
      VirtualSize: image.sizeBytes,
      SharedSize: -1,
      Containers: -1,
      Labels: image.config.config?.Labels ?? null,
    }))
    .sort((a, b) => b.Created - a.Created);
}

/** `GET /images/NAME/json`. */
export function inspectImage(images: ImageTable, image: LocalImage) {
  const { id, config, sizeBytes } = image;
  const tagged = images.lastTaggedMs(id);
  return {
    Id: id,
    RepoTags: images.tagsOf(id),
    RepoDigests: images.digestsOf(id),
    Parent: '',
    Comment: '',
    Created: config.created ?? '',
    DockerVersion: '20.10.24',
    Author: config.author ?? '',
    Config: {
      Env: null,
      Cmd: null,
      Entrypoint: null,
      Labels: null,
      Volumes: null,
      OnBuild: null,
      User: '',
      WorkingDir: '',
      ...config.config,
    },
    Architecture: config.architecture,
    Os: config.os,
    Size: sizeBytes,
    VirtualSize: sizeBytes,
    GraphDriver: { Name: 'sandbox', Data: null },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: tagged === undefined ? '0001-01-01T00:00:00Z' : new Date(tagged).toISOString() },
  };
}

/** `GET /images/NAME/history`: newest first. */
export function imageHistory(images: ImageTable, { id, config }: LocalImage) {
  const entries = [...(config.history ?? [])].reverse();
  return entries.map(({ created = '', created_by: by = '', comment = '' }, index) => ({
    Id: index === 0 ? id : '<missing>',
    Created: Math.floor((Date.parse(created) || 0) / 1000),
    CreatedBy: by,
    Tags: index === 0 ? images.tagsOf(id) : null,
    Size: 0,
    Comment: comment,
  }));
}

function orNone(names: readonly string[], none: string): readonly string[] {
  return names.length === 0 ? [none] : names;
}
