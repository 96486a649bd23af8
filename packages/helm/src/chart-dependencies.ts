import { join } from 'node:path';
import { readArchiveFiles } from './archive-files.js';
import type { ChartFile } from './chart-files.js';
import { checkChartFiles } from './chart-check.js';
import { decodeChartFile } from './chart-file.js';
import { parseChart, parseRequirements } from './chart-info.js';
import type { ChartInfo } from './chart-info.js';
import { HelmError } from './errors.js';

/** Charts in charts in charts …: helm has no limit, a stack has. */
const maxDepth = 20;

/**
 * The files of a chart with its dependencies as helm packs them: each in `charts/<its name>/`, whatever folder or archive of
 * `charts/` it came in, and nothing whose name starts with `.` or `_`. Of two of one name, which helm would mix up, both stay
 * as they are.
 *
 * @throws {HelmError} `INVALID_CHART` when something in `charts/` is no chart, or a dependency that `Chart.yaml` names
 * (or `requirements.yaml`, which stands for them) is not there.
 */
export async function packDependencies(
  dir: string,
  chart: ChartInfo,
  files: readonly ChartFile[],
): Promise<readonly ChartFile[]> {
  checkChartFiles(dir, files);
  const subcharts = await readSubcharts(dir, files, 1);
  const present = new Set(subcharts.map(({ name }) => name));
  const { names, file } = dependenciesOf(dir, chart, files);
  const missing = names.filter((name) => !present.has(name));
  if (missing.length > 0) {
    throw new HelmError('INVALID_CHART', `${dir}: found in ${file}, but missing in charts/: ${missing.join(', ')}`, {
      file: join(dir, file),
      hint: 'Run `helm dependency build` first.',
    });
  }
  return placed(files, subcharts);
}

interface Subchart {
  readonly name: string;
  /** As they were found. */
  readonly original: readonly ChartFile[];
  /** Below the subchart's folder. */
  readonly files: readonly ChartFile[];
}

async function readSubcharts(dir: string, files: readonly ChartFile[], depth: number): Promise<readonly Subchart[]> {
  if (depth > maxDepth) throw new HelmError('INVALID_CHART', `${dir}: charts are nested more than ${maxDepth} deep`);
  const entries = new Map<string, ChartFile[]>();
  for (const file of files.filter(isOfSubchart)) {
    const entry = file.path.split('/')[1] ?? '';
    const group = entries.get(entry);
    if (group === undefined) entries.set(entry, [file]);
    else group.push(file);
  }
  const subcharts: Subchart[] = [];
  for (const [entry, original] of entries) {
    const place = join(dir, 'charts', entry);
    const [only] = original;
    const isArchive = entry.endsWith('.tgz') && only?.path === `charts/${entry}`;
    const own = isArchive
      ? [...(await readArchiveFiles(only.body, place))].map(([path, body]) => ({ path, body }))
      : original.map(({ path, body }) => ({ path: path.split('/').slice(2).join('/'), body }));
    const chartYaml = own.find(({ path }) => path === 'Chart.yaml');
    if (chartYaml === undefined) {
      throw new HelmError('INVALID_CHART', `${place} is not a chart: it holds no Chart.yaml`, {
        file: place,
        hint: 'Only charts belong into charts/; list what else is there in .helmignore.',
      });
    }
    const { name } = parseChart(decodeChartFile(chartYaml.body, `${place}/Chart.yaml`), `${place}/Chart.yaml`);
    checkChartFiles(place, own);
    subcharts.push({ name, original, files: placed(own, await readSubcharts(place, own, depth + 1)) });
  }
  return subcharts;
}

/** Signatures of archives are plain files to helm. */
function isOfSubchart({ path }: ChartFile): boolean {
  return /^charts\/[^._]/.test(path) && !path.endsWith('.prov');
}

function placed(files: readonly ChartFile[], subcharts: readonly Subchart[]): readonly ChartFile[] {
  const rest = files.filter((file) => !isOfSubchart(file) && !/^charts\/[._]/.test(file.path));
  const below = subcharts.flatMap(({ name, original, files: own }) => {
    const isAlone = subcharts.filter((other) => other.name === name).length === 1;
    return isAlone ? own.map(({ path, body }) => ({ path: `charts/${name}/${path}`, body })) : original;
  });
  return [...rest, ...below];
}

function dependenciesOf(
  dir: string,
  chart: ChartInfo,
  files: readonly ChartFile[],
): { readonly names: readonly string[]; readonly file: string } {
  const file = 'requirements.yaml';
  const requirements = files.find(({ path }) => path === file);
  const path = join(dir, file);
  const named = requirements && parseRequirements(decodeChartFile(requirements.body, path), path);
  return named === undefined
    ? { names: chart.dependencies.map(({ name }) => name), file: 'Chart.yaml' }
    : { names: named.map(({ name }) => name), file };
}
