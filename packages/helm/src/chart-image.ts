import { join } from 'node:path';
import { isAlias, isMap, isScalar } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { editChart } from './chart-edit.js';
import { lineOf, parseChartDocument, readChartFile } from './chart-file.js';
import { HelmError } from './errors.js';
import { parseImage, splitRegistry } from './image-name.js';
import type { ImageParts } from './image-name.js';
import { nodeAt, parsePath } from './yaml-edit.js';

/** Where charts keep an image's repository, beside `tag` and `digest`. */
const repositoryKeys = ['repository', 'name'] as const;

/**
 * What to set in a chart's `values.yaml`, by dotted path, so that it runs an image: for `editChart`.
 *
 * Where the value is a text, it becomes the whole name. Where it is a map, it is set as charts put it together again:
 * `repository` (or `name`), without its registry where the map has a `registry`; `tag`; and `digest` where the map has one.
 * A digest that has no place of its own goes in as `NAME@sha256` and its digits, which `repository:tag` joins to what it was.
 *
 * @throws {HelmError} `INVALID_OPTION` for what is no image, or when there is no such value; `INVALID_CHART` with its line when the
 * value is none that holds an image.
 */
export async function chartImageValues(
  dir: string,
  options: {
    readonly image: string;
    /** Dotted path in `values.yaml`; `\\.` is a dot in a key. @default 'image' */
    readonly path?: string | undefined;
    /** Whether a value that is not there is made. @default false */
    readonly add?: boolean | undefined;
  },
): Promise<Readonly<Record<string, string>>> {
  const { image, path = 'image', add = false } = options;
  const parts = parseImage(image);
  const file = join(dir, 'values.yaml');
  const text = await readChartFile(file);
  const { document } = parseChartDocument(text, file);
  const node = nodeAt(document, parsePath(path, file));
  if (node === undefined) {
    if (add) return { [path]: image };
    const likely = findImageValue(document.toJS({ maxAliasCount: -1 }));
    throw new HelmError('INVALID_OPTION', `${file} has no image at ${JSON.stringify(path)}`, {
      file,
      hint: `Name the value that holds the image${likely === undefined ? '' : `, which may be ${JSON.stringify(likely)}`}.`,
    });
  }
  const value: unknown = isAlias(node) ? node.resolve(document) : node;
  const refuse = (what: string) => {
    const line = lineOf(text, (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0);
    return new HelmError('INVALID_CHART', `${file}:${line}: ${path} ${what}`, {
      file,
      line,
      hint: 'Name the value that holds the image: one text, or a map of repository and tag or digest.',
    });
  };
  if (value === null || (isScalar(value) && (value.value === null || typeof value.value === 'string'))) {
    return { [path]: image };
  }
  if (!isMap(value)) throw refuse('is neither a text nor a map, so it holds no image');
  if (isAlias(node)) throw refuse(`is the alias *${node.source}: an image set there would show elsewhere`);
  const key = repositoryKeys.find((each) => hasKey(document, value, each));
  if (key === undefined) throw refuse('is a map without repository or name, so it holds no image');
  const set = partsToSet(parts, (each) => hasKey(document, value, each));
  return Object.fromEntries(
    Object.entries(set).map(([each, to]) => [`${path}.${each === 'repository' ? key : each}`, to]),
  );
}

/** Sets the image in a chart's `values.yaml`; see {@link chartImageValues}. A value that is not there is made. */
export async function setChartImage(
  dir: string,
  options: { readonly image: string; /** @default 'image' */ readonly path?: string | undefined },
): Promise<void> {
  return editChart(dir, { values: await chartImageValues(dir, { ...options, add: true }) });
}

/**
 * The image that values hold at a path, put together as {@link chartImageValues} takes it apart; `undefined` when they hold
 * none.
 *
 * @param values what `values.yaml` says, parsed
 */
export function imageOfValues(values: unknown, path = 'image'): ImageParts | undefined {
  const value = parsePath(path, 'values.yaml').reduce<unknown>((at, key) => fieldsOf(at)?.[key], values);
  if (typeof value === 'string') return parsed(value);
  const fields = fieldsOf(value);
  const { registry, tag, digest } = fields ?? {};
  const bare = repositoryKeys.map((key) => fields?.[key]).find((each) => typeof each === 'string');
  if (typeof bare !== 'string' || bare === '') return undefined;
  const repository = typeof registry === 'string' && registry !== '' ? `${registry}/${bare}` : bare;
  if (typeof digest === 'string' && digest !== '') return parsed(`${repository}@${digest}`);
  return parsed(typeof tag === 'string' && tag !== '' ? `${repository}:${tag}` : repository);
}

/** Maps and lists within one another that are looked through for an image. */
const MAX_DEPTH = 4;

/**
 * Dotted path of the first value that is called `image` and holds one, at most four maps or lists deep; `undefined` when there is none.
 *
 * @param values what `values.yaml` says, parsed
 */
export function findImageValue(values: unknown): string | undefined {
  return findIn(values, MAX_DEPTH);
}

function findIn(values: unknown, depth: number): string | undefined {
  const fields = fieldsOf(values);
  if (fields === undefined || depth === 0) return undefined;
  const { image } = fields;
  if (typeof image === 'string' || repositoryKeys.some((key) => fieldsOf(image)?.[key] !== undefined)) return 'image';
  for (const [key, inner] of Object.entries(fields)) {
    const found = findIn(inner, depth - 1);
    if (found !== undefined) return `${key.replaceAll('.', '\\.')}.${found}`;
  }
  return undefined;
}

function parsed(image: string): ImageParts | undefined {
  try {
    return parseImage(image);
  } catch {
    return undefined; // a text of another kind, or a template: no image
  }
}

function partsToSet(
  { repository, tag, digest }: ImageParts,
  has: (key: string) => boolean,
): Readonly<Record<string, string>> {
  const name = has('registry') ? splitRegistry(repository) : { repository };
  // What a tag is left out for is `latest`; an empty one would be the chart's own appVersion, which is another image.
  if (digest === undefined) return { ...name, tag: tag ?? 'latest', ...(has('digest') ? { digest: '' } : {}) };
  // Beside a digest the tag decides nothing: one that is there stays, since charts may not take an empty one.
  if (has('digest')) return { ...name, ...(tag === undefined ? {} : { tag }), digest };
  const [algorithm = '', digits = ''] = digest.split(':');
  return { ...name, repository: `${name.repository}@${algorithm}`, tag: digits };
}

/** Whether a map has a key, merged ones (`<<`) among them. */
function hasKey(document: Document.Parsed, map: YAMLMap, key: string): boolean {
  if (map.has(key)) return true;
  const merged: unknown = map.get('<<', true);
  const from: unknown = isAlias(merged) ? merged.resolve(document) : merged;
  return isMap(from) && from.has(key);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return value as Readonly<Record<string, unknown>>;
}
