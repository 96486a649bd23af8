import { createHash, randomUUID } from 'node:crypto';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { readArchiveFiles } from './archive-files.js';
import { readArchiveFile } from './archive-source.js';
import { parseChart, readChart, readChartFields } from './chart-info.js';
import { packDependencies } from './chart-dependencies.js';
import { readChartFiles } from './chart-files.js';
import type { ChartFile } from './chart-files.js';
import type { ChartInfo } from './chart-info.js';

/** A packaged chart. */
export interface ChartArchive {
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly name: string;
  readonly version: string;
}

/** Not 1970: some readers warn about that year. */
const fixedTime = new Date('1980-01-01T00:00:00Z');

/**
 * Packs a chart's folder into `<outDir>/<name>-<version>.tgz`, which helm takes like one of its own.
 *
 * The same files give the same bytes: entries are sorted, owners, modes and times fixed, `.helmignore` is honoured. Other
 * than helm, it leaves every file as it is, `Chart.yaml` with its comments too. Links inside the chart are followed.
 * Dependencies are packed as helm does, see `packDependencies`.
 * (Compression is that of Node's zlib, which may change between its major versions.)
 *
 * @throws {HelmError} `INVALID_CHART` when the folder is no chart, a dependency is missing in `charts/`, a link leaves the
 * chart, a name cannot be packed, or it is larger than helm takes.
 */
export async function packageChart(dir: string, outDir: string): Promise<ChartArchive> {
  const [chart, root] = await Promise.all([readChart(dir), realpath(dir)]);
  const files = await packDependencies(dir, chart, await readChartFiles(root));
  const body = await compress(chart, files);
  const path = join(outDir, `${chart.name}-${chart.version}.tgz`);
  await mkdir(outDir, { recursive: true });
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, body);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { path, sha256, sizeBytes: body.length, name: chart.name, version: chart.version };
}

/**
 * Reads name and version out of a packaged chart, and its digest.
 *
 * @throws {HelmError} `INVALID_CHART` when it is not one.
 */
export async function readChartArchive(path: string): Promise<ChartArchive> {
  const body = await readArchiveFile(path);
  const { sha256, sizeBytes, name, version } = await readPackedChart(body, path);
  return { path, sha256, sizeBytes, name, version };
}

/** {@link readChartArchive} of bytes, with all that its `Chart.yaml` says; `from` is for messages. */
export async function readPackedChart(
  body: Uint8Array,
  from: string,
): Promise<Omit<ChartArchive, 'path'> & { readonly fields: Readonly<Record<string, unknown>> }> {
  const files = await readArchiveFiles(body, from);
  const text = (files.get('Chart.yaml') as Buffer).toString('utf8');
  const file = `${from}: Chart.yaml`;
  const { name, version } = parseChart(text, file);
  const fields = { ...readChartFields(text, file), name, version };
  return { sha256: createHash('sha256').update(body).digest('hex'), sizeBytes: body.length, name, version, fields };
}

async function compress(chart: ChartInfo, files: readonly ChartFile[]): Promise<Buffer> {
  const tar = pack();
  const reading = (async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  })();
  // By code unit: the same on every machine.
  for (const { path, body } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const header = { name: `${chart.name}/${path}`, size: body.length, mode: 0o644, mtime: fixedTime, uid: 0, gid: 0 };
    tar.entry({ ...header, type: 'file', uname: '', gname: '' }, body);
  }
  tar.finalize();
  const body = await promisify(gzip)(await reading, { level: 9 });
  body[9] = 0xff; // the operating system's number, else different on each
  return body;
}
