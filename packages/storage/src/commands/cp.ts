import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type ContextOf, UsageError } from '@seatrial/cli';
import type { ObjectStore, WriteOptions } from '../object-store.js';
import { joinUri } from '../uri.js';
import type { copyFlags } from './flags.js';
import { isUri, localUri, openStore } from './open.js';
import { showProgress } from './progress-line.js';

type Context = ContextOf<typeof copyFlags>;

/** `cp` */
export async function cp(context: Context): Promise<void> {
  const [from = '', to = ''] = context.args;
  const store = openStore(context);
  await (context.flags.recursive ? copyFolder(store, { from, to }, context) : copyOne(store, { from, to }, context));
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

async function copyOne(store: ObjectStore, { from, to }: Ends, context: Context): Promise<void> {
  const { cwd, flags, signal } = context;
  if (flags.compress.length > 0) throw new UsageError('--compress is for --recursive', { hint: 'Use --gzip.' });
  const options = { ...writeOptions(context), signal };
  if (!isUri(from)) {
    const target = isUri(to) ? to : localUri(to, cwd);
    const uri = target.endsWith('/') ? joinUri(target, basename(from)) : target;
    await store.writeFile(uri, resolve(cwd, from), options);
    return;
  }
  if (options.gzip === true || options.contentEncoding !== undefined) {
    throw new UsageError(`${from} has its encoding already`, {
      hint: 'Leave out --gzip and --content-encoding, which are for local files.',
    });
  }
  if (isUri(to)) {
    await store.copy(from, to.endsWith('/') ? joinUri(to, nameOf(from)) : to, options);
    return;
  }
  refuseWriteOptions(context);
  await store.downloadFile(from, await localTarget(resolve(cwd, to), { to, from }), { signal });
}

async function copyFolder(store: ObjectStore, { from, to }: Ends, context: Context): Promise<void> {
  const { cwd, flags, signal } = context;
  const progress = showProgress(context);
  const options = { signal, concurrency: flags.concurrency, onProgress: progress.update };
  if (isUri(from) === isUri(to)) {
    throw new UsageError('--recursive copies between a URI and a local folder', {
      hint: 'Download to a folder, then upload that.',
    });
  }
  try {
    if (isUri(from)) {
      if (flags.compress.length > 0) throw new UsageError('--compress is for uploads', { hint: 'Leave it out.' });
      refuseWriteOptions(context);
      await store.downloadFolder(from, resolve(cwd, to), options);
    } else {
      const { ifGenerationMatch, signal: _signal, ...facts } = writeOptions(context);
      if (ifGenerationMatch !== undefined && ifGenerationMatch !== '0') {
        throw new UsageError('files of a folder have no generation in common', {
          hint: 'Give --if-generation-match 0, which writes only where nothing is.',
        });
      }
      await store.uploadFolder(resolve(cwd, from), to, {
        ...options,
        compress: flags.compress,
        createOnly: ifGenerationMatch === '0',
        describe: () => facts,
      });
    }
  } finally {
    progress.close();
  }
}

function writeOptions({ flags }: Context): WriteOptions {
  const { gzip, metadata } = flags;
  const named = {
    contentType: flags['content-type'],
    contentEncoding: flags['content-encoding'],
    cacheControl: flags['cache-control'],
    ifGenerationMatch: flags['if-generation-match'],
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(gzip ? { gzip } : {}),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function refuseWriteOptions(context: Context): void {
  const [name] = Object.keys(writeOptions(context));
  if (name === undefined) return;
  throw new UsageError(`a local file keeps no ${name}`, {
    hint: 'Copy to a file:// URI, beside which it is kept, or leave it out.',
  });
}

/** As `cp` does: into a folder that is there under the object's own name. */
async function localTarget(path: string, { to, from }: Ends): Promise<string> {
  const found = await stat(path).catch(() => undefined); // what is not there becomes a file
  return to.endsWith('/') || found?.isDirectory() === true ? join(path, nameOf(from)) : path;
}

function nameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  const plain = uri.startsWith('file:') ? decodeURIComponent(name) : name;
  if (plain !== '' && plain !== '.' && plain !== '..') return plain;
  throw new UsageError(`${uri} names no object`, { hint: 'Add --recursive to copy all that lies below.' });
}
