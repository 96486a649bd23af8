import { execa } from 'execa';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from './registry.js';
import type { Package } from './workspace.js';

/** An empty folder outside the workspace, with one package in it. */
export interface Consumer {
  readonly folder: string;
  /** Names of all that was installed. */
  readonly installed: readonly string[];
  /** What node_modules takes, in bytes. */
  readonly sizeBytes: number;
  /** What npm warned of, a line each. */
  readonly warnings: readonly string[];
}

/** Installs one package from the registry into a new folder, as an outsider would. */
export async function installAlone(
  { manifest }: Package,
  registry: Registry,
  folder: string,
  signal: AbortSignal,
): Promise<Consumer> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder, '.npmrc'), registry.npmrc);
  // Only names with our scope can be told to come from there; the program itself has none.
  const from = manifest.name.startsWith('@')
    ? `${manifest.name}@${manifest.version}`
    : `${registry.url}${manifest.name}/-/${manifest.name}-${manifest.version}.tgz`;
  const { stderr } = await execa('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', from], {
    cwd: folder,
    cancelSignal: signal,
    env: { npm_config_update_notifier: 'false' },
  });
  const modules = join(folder, 'node_modules');
  return {
    folder,
    installed: await listInstalled(modules),
    sizeBytes: await sizeOf(modules),
    warnings: stderr.split('\n').filter((line) => /EBADENGINE|ERESOLVE/.test(line)),
  };
}

async function listInstalled(modules: string): Promise<readonly string[]> {
  const names = await readdir(modules);
  const scoped = names.filter((name) => name.startsWith('@'));
  const inScopes = scoped.map(async (scope) => (await readdir(join(modules, scope))).map((name) => `${scope}/${name}`));
  return [...names.filter((name) => !/^[.@]/.test(name)), ...(await Promise.all(inScopes)).flat()];
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
