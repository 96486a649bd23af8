import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ReleaseError } from './errors.js';
import type { ChartSpec } from './build-release.js';
import type { ImageSpec } from './image/build-image.js';

/** What `seatrial.yaml` says about image and chart. All of it may be missing: flags can tell the same. */
export interface ReleaseConfig {
  readonly image: Partial<ImageSpec>;
  readonly chart: Partial<ChartSpec>;
  readonly registry: string | undefined;
  readonly releases: string | undefined;
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
  const problems: string[] = [];
  let root: unknown;
  try {
    root = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new ReleaseError('INVALID_OPTION', `${path} is not YAML: ${(cause as Error).message.split('\n')[0] ?? ''}`, {
      cause,
    });
  }
  const mapAt = (value: unknown, name: string): Record<string, unknown> => {
    if (value === undefined) return {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    problems.push(`${name} is not a map`);
    return {};
  };
  const textAt = (map: Record<string, unknown>, key: string, name: string): Record<string, string> => {
    const value = map[key];
    if (value === undefined) return {};
    if (typeof value === 'string' && value !== '') return { [key]: value };
    problems.push(`${name} is not a text`);
    return {};
  };
  const top = mapAt(root ?? {}, 'the file');
  const image = mapAt(top['image'], 'image');
  const chart = mapAt(top['chart'], 'chart');
  const buildArgs = mapAt(image['buildArgs'], 'image.buildArgs');
  for (const [key, value] of Object.entries(buildArgs))
    if (typeof value !== 'string') problems.push(`image.buildArgs.${key} is not a text`);
  const config: ReleaseConfig = {
    image: {
      ...Object.assign(
        {},
        ...['name', 'context', 'dockerfile', 'target'].map((key) => textAt(image, key, `image.${key}`)),
      ),
      buildArgs: buildArgs as Record<string, string>,
    },
    chart: Object.assign(
      {},
      ...['path', 'imageValue'].map((key) => textAt(chart, key, `chart.${key}`)),
    ) as Partial<ChartSpec>,
    registry: textAt(top, 'registry', 'registry')['registry'],
    releases: textAt(top, 'releases', 'releases')['releases'],
  };
  if (problems.length > 0) throw new ReleaseError('INVALID_OPTION', `${path}: ${problems.join('; ')}`);
  return config;
}
