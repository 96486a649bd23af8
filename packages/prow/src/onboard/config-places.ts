import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProwError } from '../errors.js';
import type { RepositoryName } from '../github/repositories.js';
import { readTextIfAny } from './file-change.js';
import type { JobFile } from './job-file.js';

/** Where a part of the config is written. */
export interface ConfigPlace {
  /** File that is written to; it need not exist. */
  readonly target: string;
  /** All files of that part, the target among them where it exists. */
  readonly files: readonly JobFile[];
}

/** Paths as flags give them, relative ones from `cwd`. */
export interface ConfigPaths {
  readonly cwd: string;
  /** Checkout of a config repository that is laid out like Kubernetes' own. */
  readonly configRepoDir?: string | undefined;
  /** File or folder. */
  readonly jobConfigPath?: string | undefined;
  readonly pluginsPath?: string | undefined;
  /** File or folder. */
  readonly testgridPath?: string | undefined;
}

/** What is to be written. */
export interface ConfigPlaces {
  readonly jobs: ConfigPlace | undefined;
  readonly plugins: ConfigPlace | undefined;
  readonly testgrid: ConfigPlace | undefined;
}

/**
 * Finds the files to write and reads those beside them.
 *
 * In a config repository: `config/jobs/OWNER/NAME/OWNER-NAME-e2e.yaml`, `config/prow/plugins.yaml`,
 * `config/testgrids/OWNER/OWNER-NAME.yaml`. Names of job files differ by their last part, since Prow looks at nothing else.
 *
 * @throws {ProwError} `INVALID_FLAG` when a path cannot be read.
 * @see https://github.com/kubernetes/test-infra/tree/master/config
 */
export async function findConfigPlaces(paths: ConfigPaths, { org, repo }: RepositoryName): Promise<ConfigPlaces> {
  const { cwd, configRepoDir } = paths;
  const root = configRepoDir === undefined ? undefined : resolve(cwd, configRepoDir);
  if (root !== undefined && !(await isFolder(root))) {
    throw new ProwError('INVALID_FLAG', `--config-repo-dir: there is no folder ${root}`, {
      hint: 'Name the checkout of the repository that holds the config of Prow.',
    });
  }
  const place = async (flag: string | undefined, inRoot: string, inFolder: string) => {
    if (flag === undefined && root === undefined) return undefined;
    if (flag === undefined) return placeIn(join(root ?? '', inRoot), inFolder);
    const path = resolve(cwd, flag);
    return (await isFolder(path)) ? placeIn(path, inFolder) : placeAt(path);
  };
  return {
    jobs: await place(paths.jobConfigPath, 'config/jobs', join(org, repo, `${org}-${repo}-e2e.yaml`)),
    plugins: await place(paths.pluginsPath, 'config/prow', 'plugins.yaml'),
    testgrid: await place(paths.testgridPath, 'config/testgrids', join(org, `${org}-${repo}.yaml`)),
  };
}

async function placeAt(target: string): Promise<ConfigPlace> {
  const text = await readTextIfAny(target);
  return { target, files: text === undefined ? [] : [{ path: target, text }] };
}

async function placeIn(folder: string, inFolder: string): Promise<ConfigPlace> {
  const files: JobFile[] = [];
  for (const path of await listYaml(folder)) {
    const text = await readTextIfAny(path);
    if (text !== undefined) files.push({ path, text });
  }
  return { target: join(folder, inFolder), files };
}

async function listYaml(folder: string): Promise<readonly string[]> {
  if (!(await isFolder(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return (
    entries
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      // As Prow, which so passes over the hidden copies in a mounted ConfigMap.
      .filter(
        (path) =>
          !path
            .slice(folder.length)
            .split(/[\\/]/)
            .some((part) => part.startsWith('..')),
      )
      .sort()
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false, // whatever it is, the read that follows tells
  );
}
