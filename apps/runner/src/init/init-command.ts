import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { RunnerError } from '../errors.js';
import type { initFlags } from '../flags.js';
import { survey } from './survey.js';
import { formatConfig } from './write-config.js';

/** `seatrial init` */
export async function init({ args, flags, cwd, print, stderr }: ContextOf<typeof initFlags>): Promise<void> {
  const dir = resolve(cwd, args[0] ?? '.');
  const found = await survey(dir);
  const text = formatConfig(found);
  if (flags.stdout) return print(text.trimEnd());
  const path = join(dir, 'seatrial.yaml');
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new RunnerError('FILE_EXISTS', `${path} is there already, and is left as it is`, {
      hint: 'Print a new one with --stdout, and take from it what you want.',
    });
  }
  print(`wrote ${relative(cwd, path) || path}`);
  const missing = [
    ...(found.dockerfiles.length === 0 ? ['a Dockerfile'] : []),
    ...(found.charts.length === 0 ? ['a chart'] : []),
  ];
  if (missing.length > 0) stderr.write(`not found: ${missing.join(' and ')}; fill that in\n`);
  print('see what it does: seatrial graph, seatrial e2e --dry-run');
}
