import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { packageChart } from '../chart-archive.js';
import type { packageFlags } from './package-flags.js';

/** Packs a chart and prints the archive's path. */
export async function packageCommand(context: ContextOf<typeof packageFlags>): Promise<void> {
  const { args, cwd, flags } = context;
  const archive = await packageChart(resolve(cwd, args[0] ?? '.'), resolve(cwd, flags.destination));
  if (flags.json) context.printJson(archive);
  else context.print(archive.path);
}
