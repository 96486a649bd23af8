import { ReleaseError } from '../errors.js';
import type { Registries } from '../registry/registries.js';
import type { EngineIo } from './build-image.js';
import type { BuiltImage, ImageBuilder } from './builder.js';
import type { PlannedImage } from './image-spec.js';
import { platformTag, type PlatformImage, writeIndex } from './platforms.js';
import { runPrebuild } from './prebuild.js';
import { parseReference } from './reference.js';
import { stageContext } from './stage-context.js';

/** An image as it came out. */
export interface ReleasedImage {
  /** Repository below the registry. */
  readonly name: string;
  readonly variant?: string;
  /** `registry/repository:tag` */
  readonly image: string;
  /** Digest in the registry. Only when pushed. */
  readonly digest?: string;
  /** `registry/repository@digest`: what is deployed. Only when pushed. */
  readonly imageByDigest?: string;
}

/** What all images of a release have in common. */
export interface ReleaseImagesOptions extends EngineIo {
  readonly sourceDir: string;
  readonly builder: ImageBuilder;
  readonly push: boolean;
  /** Whether `:latest` is moved too. */
  readonly latest: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Needed for several platforms. */
  readonly registries?: Registries | undefined;
  /** Environment of prebuild commands. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Builds all images in their order, and pushes each before the next; `:latest` moves when all are there.
 *
 * @returns in the same order
 * @throws {ReleaseError} as the builder, `PREBUILD_FAILED`, `INVALID_OPTION`
 */
export async function releaseImages(
  planned: readonly PlannedImage[],
  options: ReleaseImagesOptions,
): Promise<readonly ReleasedImage[]> {
  const { push, latest, onLine, registries } = options;
  for (const { spec } of planned) requirePlatforms(spec.platforms, { push, registries });
  const prepared = new Set<PlannedImage['spec']>();
  const released: ReleasedImage[] = [];
  for (const plan of planned) {
    const { spec, variant, reference } = plan;
    if (!prepared.has(spec)) {
      await runPrebuild(spec.prebuild ?? [], { ...options, cwd: options.sourceDir });
      prepared.add(spec); // variants share what was made
    }
    onLine?.(`building ${reference}`);
    const { digest, moved } = await buildOne(plan, options);
    if (digest !== undefined && moved) onLine?.(`pushed ${reference} as ${digest}`);
    released.push({
      name: spec.name,
      ...(variant === undefined ? {} : { variant }),
      image: reference,
      ...(digest === undefined ? {} : { digest, imageByDigest: `${parseReference(reference).name}@${digest}` }),
    });
  }
  if (latest) await moveLatestTags(planned, released, options);
  return released;
}

/** Moves `:latest` of each image to what was released; those without a digest stay where they are. */
export async function moveLatestTags(
  planned: readonly PlannedImage[],
  released: readonly Pick<ReleasedImage, 'digest'>[],
  options: Pick<ReleaseImagesOptions, 'builder' | 'registries' | 'signal' | 'onLine'>,
): Promise<void> {
  for (const [index, plan] of planned.entries()) await moveLatest(plan, released[index]?.digest, options);
}

function requirePlatforms(
  platforms: readonly string[] | undefined,
  { push, registries }: Pick<ReleaseImagesOptions, 'push' | 'registries'>,
): void {
  for (const platform of platforms ?? []) {
    if (/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/.test(platform)) continue;
    throw new ReleaseError('INVALID_OPTION', `not a platform: ${JSON.stringify(platform)}`, {
      hint: 'Write it as os/architecture[/variant], for example linux/arm64.',
    });
  }
  if (platforms === undefined || platforms.length < 2 || (push && registries !== undefined)) return;
  throw new ReleaseError('INVALID_OPTION', `an image for ${platforms.join(' and ')} has to be pushed`, {
    hint: 'Name one platform, or push: only a registry holds an index of several.',
  });
}

async function buildOne(plan: PlannedImage, options: ReleaseImagesOptions): Promise<BuiltImage> {
  const { spec, reference, buildArgs } = plan;
  const { sourceDir, builder, push, labels, signal, onLine, createFilter, registries } = options;
  await using staged = await stageContext(sourceDir, spec);
  const { dockerfile, target, platforms = [] } = spec;
  const request = {
    context: staged.dir,
    dockerfile,
    target,
    buildArgs,
    labels: { ...labels, ...spec.labels },
    push,
  };
  const io = { signal, onLine, createFilter };
  // Awaited here: the staged context is gone when this function returns.
  if (platforms.length < 2) return await builder.build({ ...request, reference, platform: platforms[0] }, io);
  const images: PlatformImage[] = [];
  for (const platform of platforms) {
    const { digest } = await builder.build({ ...request, reference: platformTag(reference, platform), platform }, io);
    if (digest !== undefined) images.push({ platform, digest });
  }
  // Checked before: several platforms are never built without a registry.
  return writeIndex((registries as Registries).open(reference), images, parseReference(reference).tag ?? 'latest');
}

async function moveLatest(
  { reference, latest }: PlannedImage,
  digest: string | undefined,
  { builder, registries, signal, onLine }: Pick<ReleaseImagesOptions, 'builder' | 'registries' | 'signal' | 'onLine'>,
): Promise<void> {
  if (digest === undefined) return;
  const repository = registries?.open(reference);
  const tag = parseReference(latest).tag ?? 'latest';
  // In the registry only a name moves; where it does not let us ask, the builder may know a way.
  const stored = await repository?.readManifest(digest).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (builder.move === undefined) throw error;
    return undefined;
  });
  if (repository !== undefined && stored !== undefined) {
    if ((await repository.stat(tag))?.digest === digest) return;
    await repository.writeManifest({ mediaType: stored.descriptor.mediaType, bytes: stored.bytes }, tag);
  } else if (builder.move === undefined) {
    throw new ReleaseError('REGISTRY_FAILED', `cannot move ${latest}: the registry has no ${digest}`);
  } else await builder.move(reference, latest, { signal, onLine });
  onLine?.(`moved ${latest}`);
}
