import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { RunnerError } from '../errors.js';

const NAME = 'seatrial.yaml';

/**
 * The config that is meant when none is named: `seatrial.yaml` of the working directory, else the only one that the
 * repository has below it.
 *
 * @returns Path, relative to `cwd`.
 * @throws {RunnerError} `CONFIG_NOT_FOUND` when there is none, or there are several.
 */
export async function findConfig(cwd: string): Promise<string> {
  if (await isFile(join(cwd, NAME))) return NAME;
  const found = await listConfigs(cwd);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new RunnerError('CONFIG_NOT_FOUND', `no ${NAME} in ${cwd}`, {
    hint:
      found.length === 0
        ? 'Name the config with --config FILE, or start in the folder that holds it.'
        : `Choose one with --config: ${found.join(', ')}.`,
  });
}

/** Outside a repository there is nothing to ask, so there is none. */
async function listConfigs(cwd: string): Promise<string[]> {
  const files = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', `:(glob)**/${NAME}`];
  const { failed, stdout } = await execa('git', files, { cwd, reject: false });
  return failed ? [] : stdout.split('\0').filter((path) => path !== '');
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false, // ENOENT
  );
}
