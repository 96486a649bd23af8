import { pipeline } from 'node:stream/promises';
import { type ContextOf, exitCodes } from '@seatrial/cli';
import type { catFlags } from './flags.js';
import { openStore } from './open.js';

/** `cat` */
export async function cat(context: ContextOf<typeof catFlags>): Promise<void> {
  const { args, flags, signal, stdout } = context;
  const [uri = ''] = args;
  const content = await openStore(context).readStream(uri, { raw: flags.raw, signal });
  await pipeline(content, stdout, { end: false, signal });
}

/** `stat` */
export async function stat(context: ContextOf<Record<never, never>>): Promise<number> {
  const [uri = ''] = context.args;
  const info = await openStore(context).stat(uri);
  if (info === undefined) {
    context.logger.error('there is no such object', { uri });
    return exitCodes.failed;
  }
  if (context.flags.json) context.printJson(info);
  else
    for (const [name, value] of Object.entries(info))
      context.print(`${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return exitCodes.success;
}
