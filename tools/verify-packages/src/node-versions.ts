import { execa } from 'execa';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process'; // a tool of the workspace: what machine this is

/** The oldest Node that is supported, and the long-term-support line of today. */
export const nodeVersions: readonly string[] = ['20.19.0', '26.12.1'];

/**
 * Path of a Node of that version, fetched at first need from the package that carries its binary.
 *
 * @param cache Folder that is kept between runs.
 */
export async function fetchNode(version: string, cache: string, signal: AbortSignal): Promise<string> {
  const carrier = `node-${process.platform}-${process.arch}`;
  const kept = join(cache, `${carrier}-${version}`);
  const binary = join(kept, 'node_modules', carrier, 'bin/node');
  if (await isThere(binary)) return binary;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'fetching-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    await execa('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${carrier}@${version}`], {
      cwd: folder,
      cancelSignal: signal,
    });
    // Two processes may fetch at once: whoever is first has made the folder.
    await rename(folder, kept).catch((error: unknown) => {
      if (!(error instanceof Error) || !/ENOTEMPTY|EEXIST/.test(error.message)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return binary;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // ENOENT: not fetched yet
  }
}
