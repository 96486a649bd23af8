import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ReleaseError } from './errors.js';
import { parseReference } from './image/reference.js';

/**
 * The values that put an image into a chart: one text at `path` (`image: registry/repository:tag`), or its parts where
 * `values.yaml` has a map there (`image.repository` with `image.tag` or `image.digest`).
 *
 * @throws {ReleaseError} `INVALID_OPTION` when the chart has no such value
 */
export async function chartImageValues(chartDir: string, path: string, image: string): Promise<Record<string, string>> {
  const file = join(chartDir, 'values.yaml');
  const values: unknown = parse(await readFile(file, 'utf8'), { maxAliasCount: 100 });
  const current = path.split('.').reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), values);
  if (typeof current === 'string' || current === null) return { [path]: image };
  const { name, tag, digest } = parseReference(image);
  if (isMap(current) && 'repository' in current && !('registry' in current)) {
    if (digest !== undefined && 'digest' in current)
      return { [`${path}.repository`]: name, [`${path}.digest`]: digest };
    if (digest === undefined && tag !== undefined && 'tag' in current)
      return { [`${path}.repository`]: name, [`${path}.tag`]: tag };
    // repository:tag is how charts join them: a digest goes in as name@sha256 and its hex.
    if (digest !== undefined && 'tag' in current) {
      return { [`${path}.repository`]: `${name}@sha256`, [`${path}.tag`]: digest.slice('sha256:'.length) };
    }
  }
  throw new ReleaseError('INVALID_OPTION', `values.yaml has no image at ${JSON.stringify(path)}`, {
    hint: 'Name the value that holds the image: one text, or a map of repository and tag or digest.',
  });
}

/** The image that a chart's values hold at `path`: the inverse of {@link chartImageValues}. Undefined when it has no digest. */
export function chartImageOf(
  values: unknown,
  path: string,
): { readonly name: string; readonly digest: string } | undefined {
  const value = path.split('.').reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), values);
  let text = value;
  if (isMap(value)) {
    const { repository, digest, tag } = value;
    text =
      typeof digest === 'string' && digest !== ''
        ? `${String(repository)}@${digest}`
        : `${String(repository)}:${String(tag)}`;
  }
  const { name, digest } =
    (typeof text === 'string' && /^(?<name>\S+)@(?<digest>sha256:[0-9a-f]{64})$/.exec(text)?.groups) || {};
  return name === undefined || digest === undefined ? undefined : { name, digest };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
