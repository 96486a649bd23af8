import { basename, join } from 'node:path';
import { isMap, isScalar, visit } from 'yaml';
import { parse as parseSemVer } from 'semver';
import { parseChartDocument, readChartFile } from './chart-file.js';
import type { ChartDocument } from './chart-file.js';
import { HelmError } from './errors.js';
import { findUnreadable } from './go-yaml.js';
import { findMisshapen } from './yaml-shape.js';
import type { Shape } from './yaml-shape.js';

/** A chart that another one needs. */
export interface ChartDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  /** Name of its values where it is not the chart's own. */
  readonly alias?: string;
}

/** What `Chart.yaml` says. */
export interface ChartInfo {
  readonly name: string;
  /** A semantic version, as it is written. */
  readonly version: string;
  readonly appVersion: string | undefined;
  readonly apiVersion: 'v1' | 'v2';
  readonly type: 'application' | 'library';
  readonly description: string | undefined;
  readonly dependencies: readonly ChartDependency[];
}

const texts = { list: 'text' } as const;

/** @see https://github.com/helm/helm/blob/main/pkg/chart/v2/dependency.go */
export const dependencyShape: Shape = {
  fields: {
    ...{ name: 'text', version: 'text', repository: 'text', condition: 'text', alias: 'text' },
    ...{ tags: texts, enabled: 'flag', 'import-values': { list: 'any' } },
  },
};

/** @see https://github.com/helm/helm/blob/main/pkg/chart/v2/metadata.go */
const chartShape = {
  fields: {
    ...{ name: 'text', version: 'text', apiVersion: 'text', type: 'text', description: 'text', home: 'text' },
    ...{ icon: 'text', condition: 'text', tags: 'text', appVersion: 'text', kubeVersion: 'text', deprecated: 'flag' },
    ...{ sources: texts, keywords: texts, annotations: { valuesOf: 'text' } },
    maintainers: { list: { fields: { name: 'text', email: 'text', url: 'text' } }, noEmpty: true },
    dependencies: { list: dependencyShape, noEmpty: true },
  },
} as const satisfies Shape;

/**
 * Reads `Chart.yaml` of a chart's folder.
 *
 * @throws {HelmError} `INVALID_CHART` when the file is missing, is not YAML, lacks what helm demands, or has a field of another
 * shape than helm reads.
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
export function chartInfoOf({ document, lineAt, text }: ChartDocument, file: string): ChartInfo {
  const root = document.contents;
  const invalid = (what: string, line: number, hint: string) =>
    new HelmError('INVALID_CHART', `${file}:${line}: ${what}`, { file, line, hint });
  const fail = (what: string, key?: string) => {
    const pair = isMap(root) ? root.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    const line = offset === undefined ? 1 : lineAt(offset);
    return invalid(what, line, 'Chart.yaml needs at least apiVersion, name and version.');
  };
  if (!isMap(root)) throw fail('expected fields, such as name and version');
  const unreadable = findUnreadable(text, [document]);
  if (unreadable !== undefined) {
    throw invalid(`helm cannot read ${unreadable.what}`, lineAt(unreadable.offset), unreadable.hint);
  }
  const misshapen = findMisshapen(document, chartShape);
  if (misshapen !== undefined) {
    const { path, expected, offset } = misshapen;
    throw invalid(
      `${path} is not ${expected}`,
      lineAt(offset),
      `Write ${path} as ${expected}: helm reads nothing else.`,
    );
  }
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
  if (name !== basename(name) || name === '.' || name === '..' || /[\\\p{C}]/u.test(name)) {
    throw fail(`name ${JSON.stringify(name)} is not a plain file name`, 'name');
  }
  if (version === undefined) throw fail('version is missing', 'version');
  if (parseSemVer(version) === null || version !== version.trim())
    throw fail(`version ${JSON.stringify(version)} is not a semantic version`, 'version');
  if (apiVersion !== 'v1' && apiVersion !== 'v2') throw fail('apiVersion is neither v1 nor v2', 'apiVersion');
  if (type !== 'application' && type !== 'library') throw fail('type is neither application nor library', 'type');
  const dependencies = dependenciesOf(document);
  const wrong = findWrongDependency(dependencies);
  if (wrong !== undefined) throw fail(wrong, 'dependencies');
  return {
    name,
    version,
    appVersion: asText('appVersion'),
    apiVersion,
    type,
    description: asText('description'),
    dependencies,
  };
}

/**
 * The dependencies that `requirements.yaml` names, which stand for those of `Chart.yaml`; `undefined` when it names none.
 *
 * @throws {HelmError} `INVALID_CHART` when it is no map, has a wrong field or alias, or anything beside dependencies: helm would
 * take that for the chart's own.
 */
export function parseRequirements(text: string, file: string): readonly ChartDependency[] | undefined {
  const { document, lineAt } = parseChartDocument(text, file);
  const unreadable = findUnreadable(text, [document]);
  const hint = 'Move the list of dependencies to Chart.yaml, with apiVersion: v2.';
  const invalid = (what: string, line: number) =>
    new HelmError('INVALID_CHART', `${file}:${line}: ${what}`, { file, line, hint });
  const root = document.contents as unknown;
  if (root === null || (isScalar(root) && root.value === null)) return undefined;
  if (!isMap(root)) throw invalid('expected a map with dependencies', 1);
  if (unreadable !== undefined) throw invalid(`helm cannot read ${unreadable.what}`, lineAt(unreadable.offset));
  const misshapen = findMisshapen(document, chartShape);
  if (misshapen !== undefined) {
    throw invalid(`${misshapen.path} is not ${misshapen.expected}`, lineAt(misshapen.offset));
  }
  const more = root.items.find(({ key }) => isScalar(key) && String(key.value).toLowerCase() !== 'dependencies');
  if (isScalar(more?.key) && Object.hasOwn(chartShape.fields, String(more.key.value))) {
    throw invalid(`${String(more.key.value)} does not belong here`, lineAt(more.key.range?.[0] ?? 0));
  }
  if (!root.has('dependencies')) return undefined;
  const dependencies = dependenciesOf(document);
  const wrong = findWrongDependency(dependencies);
  if (wrong !== undefined) throw invalid(wrong, 1);
  return dependencies;
}

function dependenciesOf(document: ChartDocument['document']): readonly ChartDependency[] {
  const { dependencies } = (document.toJS({ maxAliasCount: 100 }) ?? {}) as { dependencies?: unknown };
  return (Array.isArray(dependencies) ? dependencies : []).map(
    ({ name, version, repository, alias }: Record<string, unknown>) => ({
      name: String(name ?? ''),
      version: String(version ?? ''),
      repository: String(repository ?? ''),
      ...(alias === undefined || alias === null || alias === '' ? {} : { alias: String(alias) }),
    }),
  );
}

/** What helm holds against them, in words. @see https://helm.sh/docs/topics/charts/#alias-field-in-dependencies */
function findWrongDependency(dependencies: readonly ChartDependency[]): string | undefined {
  const seen = new Set<string>();
  for (const { name, alias } of dependencies) {
    if (alias !== undefined && !/^[A-Za-z0-9_-]+$/.test(alias)) {
      return `the alias ${JSON.stringify(alias)} of the dependency ${name} may hold letters, digits, "-" and "_" only`;
    }
    const key = alias ?? name;
    if (seen.has(key)) return `two dependencies have the name or alias ${JSON.stringify(key)}`;
    seen.add(key);
  }
  return undefined;
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
