import { resolve } from 'node:path';
import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { editChart } from '../chart-edit.js';
import { chartVersion } from '../chart-version.js';
import { readChart } from '../chart-info.js';
import type { bumpFlags } from './bump-flags.js';

/** Sets the version of a chart and prints it. */
export async function bump(context: ContextOf<typeof bumpFlags>): Promise<void> {
  const { tag, to, 'app-version': appVersion } = context.flags;
  if ((tag === undefined) === (to === undefined)) throw new UsageError('give either --tag or --to');
  const dir = resolve(context.cwd, context.args[0] ?? '.');
  const version = to ?? chartVersion((await readChart(dir)).version, tag ?? '');
  await editChart(dir, { version, appVersion });
  if (context.flags.json) context.printJson({ version });
  else context.print(version);
}
