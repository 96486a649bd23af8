import { cp, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { isMap, isScalar, visit } from 'yaml';
import { parse as parseSemVer } from 'semver';
import { parseChartDocument, readChartFile } from './chart-file.js';
import type { ChartDocument } from './chart-file.js';
import { HelmError } from './errors.js';

/** What `Chart.yaml` says. */
export interface ChartInfo {
  readonly name: string;
  /** A semantic version, as it is written. */
  readonly version: string;
  readonly appVersion: string | undefined;
  readonly apiVersion: 'v1' | 'v2';
  readonly type: 'application' | 'library';
  readonly description: string | undefined;
  readonly dependencies: readonly { readonly name: string; readonly version: string; readonly repository: string }[];
}

/**
 * Reads `Chart.yaml` of a chart's folder.
 *
 * @throws {HelmError} `INVALID_CHART` when the file is missing, is not YAML, or lacks what helm demands.
 * @see https://helm.sh/docs/topics/charts/#the-chartyaml-file
 */
export async function readChart(dir: string): Promise<ChartInfo> {
  const file = join(dir, 'Chart.yaml');
  return parseChart(await readChartFile(file), file);
}

/** {@link readChart} of a text; `file` is for messages. */
export function parseChart(text: string, file: string): ChartInfo {
  return chartInfoOf(parseChartDocument(text, file), file);
}

/** {@link parseChart} of what is parsed already. */
export function chartInfoOf({ document, lineAt }: ChartDocument, file: string): ChartInfo {
  const root = document.contents;
  const fail = (what: string, key?: string) => {
    const pair = isMap(root) ? root.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    const line = offset === undefined ? 1 : lineAt(offset);
    return new HelmError('INVALID_CHART', `${file}:${line}: ${what}`, {
      file,
      line,
      hint: 'Chart.yaml needs at least apiVersion, name and version.',
    });
  };
  if (!isMap(root)) throw fail('expected fields, such as name and version');
  /** As written: `appVersion: 1.10` is text to helm. */
  const asText = (key: string): string | undefined => {
    const node: unknown = root.get(key, true);
    if (!isScalar(node) || node.value === null || node.value === '') return undefined;
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  };
  const name = asText('name');
  const version = asText('version');
  const apiVersion = asText('apiVersion');
  const type = asText('type') ?? 'application';
  if (name === undefined) throw fail('name is missing', 'name');
  if (name !== basename(name) || name === '.' || name === '..' || name.includes('\\')) {
    throw fail(`name ${JSON.stringify(name)} is not a plain file name`, 'name');
  }
  if (version === undefined) throw fail('version is missing', 'version');
  if (parseSemVer(version) === null)
    throw fail(`version ${JSON.stringify(version)} is not a semantic version`, 'version');
  if (apiVersion !== 'v1' && apiVersion !== 'v2') throw fail('apiVersion is neither v1 nor v2', 'apiVersion');
  if (type !== 'application' && type !== 'library') throw fail('type is neither application nor library', 'type');
  const plain = (document.toJS({ maxAliasCount: 100 }) ?? {}) as { dependencies?: unknown };
  const dependencies = Array.isArray(plain.dependencies) ? plain.dependencies : [];
  return {
    name,
    version,
    appVersion: asText('appVersion'),
    apiVersion,
    type,
    description: asText('description'),
    dependencies: dependencies.map((dependency: Record<string, unknown>) => ({
      name: String(dependency['name'] ?? ''),
      version: String(dependency['version'] ?? ''),
      repository: String(dependency['repository'] ?? ''),
    })),
  };
}

/** Every field of `Chart.yaml`, for an index. Numbers and times that helm reads as text stay text. */
export function readChartFields(text: string, file: string): Readonly<Record<string, unknown>> {
  const { document } = parseChartDocument(text, file);
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'number' || node.value instanceof Date) node.value = node.source ?? String(node.value);
    },
  });
  return document.toJS({ maxAliasCount: 100 }) as Readonly<Record<string, unknown>>;
}

/**
 * Copies a chart's folder. What was at `to` is gone afterwards: it must be empty, missing, or an earlier copy of a chart.
 * Links become what they point to, so that the copy stands alone.
 *
 * @throws {HelmError} `INVALID_CHART` when `from` is no chart or a link leaves it, `INVALID_OPTION` when `to` holds anything
 * but a chart, or one folder lies in the other.
 */
export async function copyChart(from: string, to: string): Promise<void> {
  await readChart(from);
  const source = await realpath(from);
  const target = resolve(to);
  if (isInside(source, target) || isInside(target, source)) {
    throw new HelmError('INVALID_OPTION', `cannot copy the chart ${from} into ${to}: one lies in the other`);
  }
  await checkReplaceable(target);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await copyFolder(source, source, target);
}

/** Whether a chart may take the place of what is there. @throws {HelmError} `INVALID_OPTION` when it is anything but a chart. */
export async function checkReplaceable(target: string): Promise<void> {
  const present = await readdir(target).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (present.length > 0 && !present.includes('Chart.yaml')) {
    throw new HelmError('INVALID_OPTION', `cannot put a chart at ${target}: the folder holds something else`, {
      hint: 'Name a new or empty folder.',
    });
  }
}

async function copyFolder(root: string, from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(from, entry.name);
    const real = entry.isSymbolicLink() ? await resolveLink(root, path) : path;
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(real)))) {
      if (isInside(real, from) && entry.isSymbolicLink()) {
        throw new HelmError('INVALID_CHART', `${path} is a link to a folder around it`, { file: path });
      }
      await mkdir(join(to, entry.name));
      await copyFolder(root, real, join(to, entry.name));
    } else {
      await cp(real, join(to, entry.name));
    }
  }
}

/** Where a link of a chart leads. @throws {HelmError} `INVALID_CHART` when that is nowhere, or outside of `root`. */
export async function resolveLink(root: string, path: string): Promise<string> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw new HelmError('INVALID_CHART', `${path} is a link that leads nowhere`, { cause, file: path });
  });
  if (!isInside(root, real)) {
    throw new HelmError('INVALID_CHART', `${path} is a link out of the chart`, {
      file: path,
      hint: 'Replace the link by what it points to.',
    });
  }
  return real;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

/** Whether `path` is `folder` or lies in it. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path);
}
