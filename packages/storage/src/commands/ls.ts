import type { ContextOf } from '@seatrial/cli';
import type { ListEntry, ObjectStore } from '../object-store.js';
import type { lsFlags } from './flags.js';
import { openStore } from './open.js';

/** `ls` */
export async function ls(context: ContextOf<typeof lsFlags>): Promise<void> {
  const { flags, print, printJson } = context;
  for await (const entry of entries(openStore(context), context)) {
    if (flags.json) printJson(entry.kind === 'object' ? entry.info : entry);
    else print(flags.long ? longLine(entry) : entry.uri);
  }
}

async function* entries(
  store: ObjectStore,
  { args: [uri = ''], flags, signal }: ContextOf<typeof lsFlags>,
): AsyncGenerator<ListEntry> {
  const options = { signal, ...(flags['start-at'] === undefined ? {} : { startAt: flags['start-at'] }) };
  if (!flags.recursive) yield* store.listLevel(uri, options);
  else for await (const info of store.list(uri, options)) yield { kind: 'object', uri: info.uri, info };
}

const EMPTY = { size: ' '.repeat(12), time: ' '.repeat(24) };

function longLine(entry: ListEntry): string {
  if (entry.kind === 'folder') return `${EMPTY.size}  ${EMPTY.time}  ${entry.uri}`;
  const { sizeBytes, updatedMs, uri, contentType = '', contentEncoding } = entry.info;
  const encoding = contentEncoding === undefined ? '' : `, ${contentEncoding}`;
  return `${String(sizeBytes).padStart(12)}  ${new Date(updatedMs).toISOString()}  ${uri}  ${contentType}${encoding}`;
}
