import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ReleaseError } from './errors.js';
import type { ChartSpec } from './build-release.js';
import type { ImageSpec } from './image/image-spec.js';
import { createFieldReader, readImage } from './image-config.js';

/** What `seatrial.yaml` says about images and chart. All of it may be missing: flags can tell the same. */
export interface ReleaseConfig {
  /** Of `image`, or all of `images`. */
  readonly images: readonly Partial<ImageSpec>[];
  readonly chart: Partial<ChartSpec>;
  readonly registry: string | undefined;
  readonly releases: string | undefined;
  /** `chart.registry`: `oci://host/path`. */
  readonly chartRegistry: string | undefined;
}

/**
 * Reads the parts of a `seatrial.yaml` that a release needs, and no others. Undefined when there is no such file.
 *
 * @throws {ReleaseError} `INVALID_OPTION` that names every wrong field
 */
export async function findReleaseConfig(path: string): Promise<ReleaseConfig | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseReleaseConfig(text, path);
}

/** {@link findReleaseConfig} of a text; `path` is for messages. */
export function parseReleaseConfig(text: string, path: string): ReleaseConfig {
  let root: unknown;
  try {
    root = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new ReleaseError('INVALID_OPTION', `${path} is not YAML: ${(cause as Error).message.split('\n')[0] ?? ''}`, {
      cause,
    });
  }
  const reader = createFieldReader();
  const top = reader.map(root ?? undefined, 'the file');
  if (top['image'] !== undefined && top['images'] !== undefined) reader.fail('image and images are both there');
  const images = reader.list(top['images'], 'images', (item, at) => readImage(item, at, reader));
  const chart = reader.map(top['chart'], 'chart');
  const [chartPath, imageValue] = ['path', 'imageValue'].map((key) => reader.text(chart[key], `chart.${key}`));
  const config: ReleaseConfig = {
    images: images ?? [readImage(top['image'], 'image', reader)],
    chart: {
      ...(chartPath === undefined ? {} : { path: chartPath }),
      ...(imageValue === undefined ? {} : { imageValue }),
    },
    registry: reader.text(top['registry'], 'registry'),
    releases: reader.text(top['releases'], 'releases'),
    chartRegistry: reader.text(chart['registry'], 'chart.registry'),
  };
  if (reader.problems.length > 0) {
    throw new ReleaseError('INVALID_OPTION', `${path}: ${reader.problems.join('; ')}`);
  }
  return config;
}
