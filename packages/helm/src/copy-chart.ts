import { cp, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { readChart } from './chart-info.js';
import { HelmError } from './errors.js';

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
