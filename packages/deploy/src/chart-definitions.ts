import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DeployError } from './errors.js';
import type { KubeObject } from './kube-object.js';
import { DEFINITION } from './crd-claims.js';

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * The custom resource definitions of a chart's `crds/` folder and of those of its subcharts, as helm installs them.
 *
 * @param chart folder or `.tgz` on this machine. Of anything else there is nothing to read: none.
 * @throws {DeployError} `INVALID` for a file that is not YAML.
 * @see https://helm.sh/docs/chart_best_practices/custom_resource_definitions/
 */
export async function readChartDefinitions(chart: string): Promise<readonly KubeObject[]> {
  if (chart.includes('://')) return [];
  const found = await stat(chart).catch(() => undefined);
  if (found === undefined) return []; // helm has the better words for a chart that is missing
  if (found.isDirectory()) return readFolder(chart);
  const { unpackChart } = await import('@seatrial/helm');
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-chart-'));
  try {
    const to = join(dir, 'chart');
    await unpackChart(chart, to);
    return await readFolder(to);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function readFolder(chart: string): Promise<readonly KubeObject[]> {
  const files = (await readdir(chart, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    // `crds/` of the chart and of unpacked charts below it, at any depth.
    .filter((path) => /^(?:charts\/[^/]+\/)*crds\//.test(path.slice(chart.replace(/\/$/, '').length + 1)))
    .sort();
  return (await Promise.all(files.map(readDefinitions))).flat();
}

async function readDefinitions(path: string): Promise<readonly KubeObject[]> {
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) throw new DeployError('INVALID', `${path} is larger than ${MAX_FILE_BYTES} bytes`);
  const documents = parseAllDocuments(await readFile(path, 'utf8'), { merge: true });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new DeployError('INVALID', `${path} is not YAML: ${error.message}`, { hint: 'Mend the chart.' });
    }
    const object = document.toJS({ maxAliasCount: 1_000 }) as KubeObject | null;
    return object?.kind === DEFINITION.kind && object.apiVersion === DEFINITION.apiVersion ? [object] : [];
  });
}
