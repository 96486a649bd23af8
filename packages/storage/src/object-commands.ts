import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type CommandContext, type ContextOf, exitCodes, UsageError } from '@seatrial/cli';
import type { copyFlags, removeFlags } from './command-flags.js';
import { createObjectStore, storeOptionsFromEnv } from './create-object-store.js';
import { formatFileUri } from './file-uri.js';
import type { ObjectStore } from './object-store.js';

type Surroundings = Pick<CommandContext, 'env' | 'cwd'>;
type Plain = ContextOf<Record<never, never>>;

function open({ env, cwd }: Surroundings): ObjectStore {
  return createObjectStore({ ...storeOptionsFromEnv(env), cwd });
}

/** `ls` */
export async function ls(context: Plain): Promise<void> {
  const [uri = ''] = context.args;
  for await (const info of open(context).list(uri, { signal: context.signal })) {
    if (context.flags.json) context.printJson(info);
    else
      context.print(`${String(info.sizeBytes).padStart(12)}  ${new Date(info.updatedMs).toISOString()}  ${info.uri}`);
  }
}

/** `cat` */
export async function cat(context: Plain): Promise<void> {
  const [uri = ''] = context.args;
  await pipeline(await open(context).readStream(uri), context.stdout, { end: false, signal: context.signal });
}

/** `stat` */
export async function stat(context: Plain): Promise<number> {
  const [uri = ''] = context.args;
  const info = await open(context).stat(uri);
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

/** `cp` */
export async function cp(context: ContextOf<typeof copyFlags>): Promise<void> {
  const { args, cwd, flags, logger, signal } = context;
  const [from = '', to = ''] = args;
  const store = open(context);
  const onProgress = (done: { objects: number; total: number }): void => logger.debug('copied', done);
  if (!flags.recursive) {
    await store.copy(isUri(from) ? from : localUri(from, cwd), isUri(to) ? to : localUri(to, cwd), { signal });
  } else if (isUri(from) && !isUri(to)) {
    await store.downloadFolder(from, resolve(cwd, to), { signal, onProgress });
  } else if (!isUri(from) && isUri(to)) {
    await store.uploadFolder(resolve(cwd, from), to, { signal, onProgress });
  } else {
    throw new UsageError('--recursive copies between a URI and a local folder', {
      hint: 'Download to a folder, then upload that.',
    });
  }
}

/** `rm` */
export async function rm(context: ContextOf<typeof removeFlags>): Promise<void> {
  const [uri = ''] = context.args;
  await open(context).delete(uri, { ignoreMissing: context.flags['ignore-missing'] });
}

function isUri(text: string): boolean {
  return /^(?:gs:\/\/|file:)/.test(text);
}

function localUri(path: string, cwd: string): string {
  return formatFileUri({ path: resolve(cwd, path) });
}
