import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeployError } from '../errors.js';

/** @throws {DeployError} `INVALID` for a file that cannot be read. */
export async function readTemplate(cwd: string, path: string): Promise<string> {
  return readFile(resolve(cwd, path), 'utf8').catch((cause: Error) => {
    throw new DeployError('INVALID', `cannot read the template: ${cause.message}`, {
      cause,
      hint: 'Name a YAML file with --spec.',
    });
  });
}

/** The parameters of templates: `--image` is one, `--param` has the last word. */
export function templateParams(flags: {
  readonly image: string | undefined;
  readonly param: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return { ...(flags.image === undefined ? {} : { image: flags.image }), ...flags.param };
}

/** Eight characters of 0-9 and a-f. */
export const newId = (): string => randomBytes(4).toString('hex');
