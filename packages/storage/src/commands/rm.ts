import { type ContextOf, UsageError } from '@seatrial/cli';
import pLimit from 'p-limit';
import { StorageError } from '../errors.js';
import type { removeFlags } from './flags.js';
import { openStore } from './open.js';

const CONCURRENCY = 16;

/** `rm` */
export async function rm(context: ContextOf<typeof removeFlags>): Promise<void> {
  const { args, flags } = context;
  const [uri = ''] = args;
  const ignoreMissing = flags['ignore-missing'];
  const ifGenerationMatch = flags['if-generation-match'];
  if (!flags.recursive) {
    await openStore(context).delete(uri, {
      ignoreMissing,
      ...(ifGenerationMatch === undefined ? {} : { ifGenerationMatch }),
    });
    return;
  }
  if (ifGenerationMatch !== undefined) {
    throw new UsageError('objects below a URI have no generation in common', {
      hint: 'Leave out --if-generation-match or --recursive.',
    });
  }
  const deleted = await removeBelow(context, uri.endsWith('/') ? uri : `${uri}/`);
  if (deleted === 0 && !ignoreMissing)
    throw new StorageError('NOT_FOUND', `nothing lies below ${uri}`, { uri, operation: 'delete' });
  context.logger.info('deleted', { objects: deleted });
}

/** Each in the generation that was listed: what is written anew meanwhile stays, and is an error. */
async function removeBelow(context: ContextOf<typeof removeFlags>, folder: string): Promise<number> {
  const { signal } = context;
  const store = openStore(context);
  const limit = pLimit(CONCURRENCY);
  const deletions: Promise<void>[] = [];
  for await (const { uri, generation } of store.list(folder, { signal })) {
    const deletion = limit(async () => {
      signal.throwIfAborted();
      await store.delete(uri, { ifGenerationMatch: generation });
    });
    deletion.catch(() => {}); // thrown below, once all were tried
    deletions.push(deletion);
  }
  const ended = await Promise.allSettled(deletions);
  const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of ${ended.length} objects are left`);
  return ended.length;
}
