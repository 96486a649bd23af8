import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';

/** The fields of a package.json that are looked at here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly homepage?: string;
  readonly type?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
  readonly bugs?: { readonly url?: string };
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** One package that is released. */
export interface Package {
  /** Last part of its folder, for example `junit`. */
  readonly id: string;
  /** From the root of the workspace, for example `packages/junit`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** All packages that `release.projects` of nx.json names, by folder. */
export async function listPackages(root: string): Promise<readonly Package[]> {
  const nx = JSON.parse(await readFile(join(root, 'nx.json'), 'utf8')) as { release: { projects: string[] } };
  const files = await glob(
    nx.release.projects.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  );
  return Promise.all(
    files.sort().map(async (file) => {
      const folder = file.slice(0, -'/package.json'.length);
      const manifest = JSON.parse(await readFile(join(root, file), 'utf8')) as Manifest;
      return { id: folder.split('/').at(-1) ?? folder, folder, manifest };
    }),
  );
}
