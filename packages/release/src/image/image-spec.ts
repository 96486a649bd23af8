import { ReleaseError } from '../errors.js';

/** A way to build an image on another base, as `cpu` and `gpu`. */
export interface ImageVariant {
  readonly name: string;
  /** Over those of the image. @default none */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Appended to the image's tag; `''` for none. @default `-` and the name */
  readonly tagSuffix?: string | undefined;
}

/** A file or folder that is brought into the context from elsewhere in the source. */
export interface FileToCopy {
  /** Relative to the source. */
  readonly from: string;
  /** Relative to the context. */
  readonly to: string;
}

/** An image, as a config names it. */
export interface ImageSpec {
  /** Repository below the registry. */
  readonly name: string;
  /** Folder that is sent to the builder, relative to the source. */
  readonly context: string;
  /** Relative to the context. @default 'Dockerfile' */
  readonly dockerfile?: string | undefined;
  /** Stage to build. @default the last one */
  readonly target?: string | undefined;
  /** Values of `ARG` instructions. @default none */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Programs with their arguments, run in the source one after the other before the context is read. @default none */
  readonly prebuild?: readonly (readonly string[])[] | undefined;
  /**
   * What the context consists of besides the Dockerfile: paths in the context that stay where they are, or files from
   * elsewhere. @default all of the context
   */
  readonly files?: readonly (string | FileToCopy)[] | undefined;
  /** Each is an image with a tag of its own; the first is the one that is deployed. @default one, without a name */
  readonly variants?: readonly ImageVariant[] | undefined;
  /** Such as `linux/arm64`; several make an index. @default the builder's own */
  readonly platforms?: readonly string[] | undefined;
  /** Dotted path of the chart's value that holds this image. @default that of the chart, for the first image */
  readonly imageValue?: string | undefined;
}

/** One image to build: a variant of a spec, with the tag that it gets. */
export interface PlannedImage {
  readonly spec: ImageSpec;
  readonly variant: string | undefined;
  /** `registry/name:tag` */
  readonly reference: string;
  /** `registry/name:latest`, with the variant's suffix. */
  readonly latest: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** `registry/name:tag` */
export function imageReference(registry: string, name: string, tag: string): string {
  return `${registry.replace(/\/+$/, '')}/${name}:${tag}`;
}

/**
 * All images of a release in the order of the config, variants in place.
 *
 * @throws {ReleaseError} `INVALID_OPTION` when there is none, or two would have the same reference
 */
export function planImages(
  images: readonly ImageSpec[],
  where: { readonly registry: string; readonly tag: string },
): readonly [PlannedImage, ...PlannedImage[]] {
  const planned = images.flatMap((spec) =>
    (spec.variants === undefined || spec.variants.length === 0 ? [undefined] : spec.variants).map((variant) => {
      const suffix = variant === undefined ? '' : (variant.tagSuffix ?? `-${variant.name}`);
      return {
        spec,
        variant: variant?.name,
        reference: imageReference(where.registry, spec.name, where.tag + suffix),
        latest: imageReference(where.registry, spec.name, `latest${suffix}`),
        buildArgs: { ...spec.buildArgs, ...variant?.buildArgs },
      };
    }),
  );
  const seen = new Set<string>();
  for (const { reference } of planned) {
    if (seen.has(reference)) {
      throw new ReleaseError('INVALID_OPTION', `two images would be pushed as ${reference}`, {
        hint: 'Give each image a name, and each of its variants a tag suffix, of its own.',
      });
    }
    seen.add(reference);
  }
  const [first, ...others] = planned;
  if (first === undefined) throw new ReleaseError('INVALID_OPTION', 'there is no image to build');
  return [first, ...others];
}
