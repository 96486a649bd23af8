import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { maxChartBytes, maxFileBytes } from './archive-files.js';
import { resolveLink } from './copy-chart.js';
import { HelmError } from './errors.js';
import { parseHelmIgnore } from './helmignore.js';
import type { HelmIgnore } from './helmignore.js';

/** One file of a chart. */
export interface ChartFile {
  /** Below the chart's folder, with `/`. */
  readonly path: string;
  readonly body: Buffer;
}

/** Many files are read faster at once; far below what a process may hold open. */
const concurrency = 16;
const hint = 'List what does not belong to the chart in .helmignore.';

/**
 * The files of a chart's folder without those that `.helmignore` names, in no order. Links inside of the chart are followed.
 *
 * @param root the folder, without links in its path
 * @throws {HelmError} `INVALID_CHART` when a link leaves the chart or leads in a circle, something is neither file nor folder, a
 * file or all of them are larger than helm takes, or `.helmignore` names `Chart.yaml`.
 */
export async function readChartFiles(root: string): Promise<readonly ChartFile[]> {
  const ignoreFile = join(root, '.helmignore');
  const text = await readFile(ignoreFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const places = await walk({ root, ignore: parseHelmIgnore(text, ignoreFile) }, root, '', []);
  if (!places.some(({ path }) => path === 'Chart.yaml')) {
    throw new HelmError('INVALID_CHART', `${ignoreFile} leaves out Chart.yaml`, {
      file: ignoreFile,
      hint: 'Remove the pattern that matches it, or add "!Chart.yaml" below it.',
    });
  }
  const limit = pLimit(concurrency);
  let totalBytes = 0;
  return limit.map(places, async ({ path, place }) => {
    // What does not fit any more is not read: charts are small, and a folder taken for one may not be.
    const body = await readBounded(place, maxChartBytes - totalBytes);
    totalBytes += body.length;
    if (totalBytes > maxChartBytes) throw tooLarge();
    return { path, body };
  });
}

interface Place {
  readonly path: string;
  /** The file itself, where `path` leads by a link. */
  readonly place: string;
}

async function walk(
  chart: { readonly root: string; readonly ignore: HelmIgnore },
  folder: string,
  prefix: string,
  around: readonly string[],
): Promise<readonly Place[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly Place[]> => {
      const path = `${prefix}${entry.name}`;
      const link = join(folder, entry.name);
      const place = entry.isSymbolicLink() ? await resolveLink(chart.root, link) : link;
      const kind = entry.isSymbolicLink() ? await stat(place) : entry;
      if (chart.ignore.ignores(path, kind.isDirectory())) return [];
      if (kind.isFile()) return [{ path, place }];
      if (!kind.isDirectory()) {
        throw new HelmError('INVALID_CHART', `${link} is neither file nor folder`, { file: link });
      }
      if (around.includes(place)) {
        throw new HelmError('INVALID_CHART', `${link} is a link to a folder around it`, { file: link });
      }
      return walk(chart, place, `${path}/`, [...around, place]);
    }),
  );
  return found.flat();
}

async function readBounded(path: string, leftBytes: number): Promise<Buffer> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size > maxFileBytes) {
    throw new HelmError('INVALID_CHART', `${path} has ${size} bytes, helm takes up to ${maxFileBytes}`, {
      file: path,
      hint,
    });
  }
  if (size > leftBytes) throw tooLarge();
  return file.readFile();
}

function tooLarge(): HelmError {
  return new HelmError(
    'INVALID_CHART',
    `the chart has more than ${maxChartBytes} bytes, which is all that helm takes`,
    {
      hint,
    },
  );
}
