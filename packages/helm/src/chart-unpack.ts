import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { notPackaged, readArchiveFiles } from './archive-files.js';
import { readArchiveFile } from './archive-source.js';
import { parseChart } from './chart-info.js';
import type { ChartInfo } from './chart-info.js';
import { checkReplaceable } from './copy-chart.js';

/** A chart in a folder. */
export interface UnpackedChart extends ChartInfo {
  readonly dir: string;
}

/**
 * Unpacks a packaged chart, so that `to` is the folder with its `Chart.yaml`. What was at `to` is gone afterwards: it must be
 * empty, missing, or an earlier chart. Either all of the chart is there then, or nothing was touched.
 *
 * The archive is not trusted: see `readArchiveFiles`. Files are plain ones without any right to run.
 *
 * @throws {HelmError} `INVALID_CHART` when it is no packaged chart, or one that would leave its folder or is larger than helm
 * takes; `INVALID_OPTION` when `to` holds anything but a chart.
 */
export async function unpackChart(
  archive: string | { readonly body: Uint8Array; /** For messages. */ readonly from: string },
  to: string,
): Promise<UnpackedChart> {
  const { body, from } =
    typeof archive === 'string' ? { body: await readArchiveFile(archive), from: archive } : archive;
  const files = await readArchiveFiles(body, from);
  const chart = parseChart((files.get('Chart.yaml') as Buffer).toString('utf8'), `${from}: Chart.yaml`);
  const target = resolve(to);
  await checkReplaceable(target);
  await mkdir(dirname(target), { recursive: true });
  const part = await mkdtemp(join(dirname(target), '.unpack-'));
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(part, path)), { recursive: true }).catch((cause: unknown) => {
        throw notPackaged(from, `${JSON.stringify(path)} is below a file`, cause);
      });
      await writeFile(join(part, path), content, { flag: 'wx' }).catch((cause: unknown) => {
        throw notPackaged(from, `${JSON.stringify(path)} cannot be written beside the other files`, cause);
      });
    }
    await chmod(part, 0o755); // a temporary folder is for its owner only
    await rm(target, { recursive: true, force: true });
    await rename(part, target);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return { ...chart, dir: target };
}
