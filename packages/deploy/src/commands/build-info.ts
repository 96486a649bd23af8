import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { CommandTestFacts } from '../command-test.js';
import { DeployError } from '../errors.js';
import { textAt } from '../kube-object.js';

/**
 * What `build_info.yaml` of a build says: `image`, `digest`, `commit`, `helm_chart`.
 *
 * @throws {DeployError} `INVALID` for a file that cannot be read or is not YAML.
 */
export async function readBuildInfo(path: string): Promise<CommandTestFacts> {
  try {
    const info = parse(await readFile(path, 'utf8'), { maxAliasCount: 100 }) as unknown;
    const field = (name: string): string | undefined => textAt(info, name) || undefined;
    return { image: field('image'), digest: field('digest'), commit: field('commit'), chart: field('helm_chart') };
  } catch (cause) {
    throw new DeployError('INVALID', `cannot read --build-info ${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name the build_info.yaml that the build has written.',
    });
  }
}
