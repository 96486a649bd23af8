import { parse, stringify } from 'yaml';
import { ReleaseError } from '../errors.js';
import type { ReleasedImage } from '../image/release-images.js';

/** What a build made. Plain JSON. */
export interface BuildInfo {
  /** The first image, the one that the chart deploys: `registry/repository:tag` */
  readonly image: string;
  /** Digest in the registry. Only when pushed. */
  readonly digest?: string;
  /** `registry/repository@digest`: what is deployed. Only when pushed. */
  readonly imageByDigest?: string;
  /** All images, variants too, in the order of the config. @default the one */
  readonly images?: readonly ReleasedImage[];
  /** Full commit. */
  readonly commit: string;
  readonly tag: string;
  readonly chart: {
    readonly name: string;
    readonly version: string;
    /** The packaged chart on this machine. */
    readonly path: string;
    /** SHA-256 of the package, in hex. */
    readonly sha256: string;
    /** Where it is published. Only when it is. */
    readonly uri?: string;
    /** Where it is in an OCI registry: `oci://host/path/name:tag`. Only when it is pushed to one. */
    readonly ociUri?: string;
    /** Digest of its manifest there. */
    readonly ociDigest?: string;
  };
}

/** The fields of `build_info.yaml` that other tools read. */
export interface BuildRecord {
  readonly image: string;
  readonly commit: string;
  readonly helm_chart: string;
  readonly digest?: string;
  /** True when nothing was really built. */
  readonly dry_run?: boolean;
}

/**
 * `build_info.yaml`: the keys of old (`image`, `commit`, `helm_chart`) first, then `digest`, `images`, `tag`,
 * `chart_version`, and `chart_oci` with its digest when it is in a registry. `helm_chart` is where the chart is published or, when it is not, its path.
 */
export function formatBuildInfo(info: BuildInfo, options: { readonly dryRun?: boolean } = {}): string {
  const { image, commit, digest, tag, chart, images = [info] } = info;
  return stringify({
    ...(options.dryRun === true ? { dry_run: true } : {}),
    image,
    commit,
    helm_chart: chart.uri ?? chart.path,
    ...(digest === undefined ? {} : { digest }),
    images: images.map(({ image: each, digest: of, imageByDigest }) => ({
      image: each,
      ...(of === undefined ? {} : { digest: of, by_digest: imageByDigest }),
    })),
    tag,
    chart_version: chart.version,
    ...(chart.ociUri === undefined ? {} : { chart_oci: chart.ociUri, chart_oci_digest: chart.ociDigest }),
  });
}

/** Reads `build_info.yaml`, also those of older tools. @throws {ReleaseError} `INVALID_RECORD` */
export function parseBuildInfo(text: string): BuildRecord {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new ReleaseError(
      'INVALID_RECORD',
      `build_info.yaml is not YAML: ${(cause as Error).message.split('\n')[0] ?? ''}`,
      { cause },
    );
  }
  const record = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const text1 = (key: string): string => {
    const found = record[key];
    if (typeof found === 'string' && found !== '') return found;
    throw new ReleaseError('INVALID_RECORD', `build_info.yaml has no ${key}`);
  };
  return {
    image: text1('image'),
    commit: text1('commit'),
    helm_chart: text1('helm_chart'),
    ...(typeof record['digest'] === 'string' ? { digest: record['digest'] } : {}),
    ...(record['dry_run'] === true ? { dry_run: true } : {}),
  };
}
