import { readFile } from 'node:fs/promises';
import type { RecordWriteOptions, ReleaseStore } from '../records/record-store.js';

interface Stored {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly generation: number;
}

type PutOptions = RecordWriteOptions & { readonly metadata?: Readonly<Record<string, string>> };

/** An object store in memory, with generations and preconditions as Cloud Storage has them. */
export interface MemoryStore extends ReleaseStore {
  readonly objects: ReadonlyMap<string, Stored>;
  read(uri: string): Promise<Uint8Array>;
  write(uri: string, body: string | Uint8Array, options?: PutOptions): Promise<{ generation: string }>;
  text(uri: string): string | undefined;
}

/** `beforeWrite(uri)` is called before each write: a test's way to get in between. */
export function createMemoryStore(
  beforeWrite: (uri: string, store: MemoryStore) => Promise<void> = async () => {},
): MemoryStore {
  const objects = new Map<string, Stored>();
  let generation = 0;
  const put = (uri: string, body: Buffer, options: PutOptions = {}) => {
    const { ifGenerationMatch, metadata = {} } = options;
    const current = String(objects.get(uri)?.generation ?? 0);
    if (ifGenerationMatch !== undefined && ifGenerationMatch !== current) {
      throw Object.assign(new Error(`${uri} is at generation ${current}`), { code: 'PRECONDITION_FAILED' });
    }
    generation += 1;
    objects.set(uri, { body, metadata, generation });
    return { generation: String(generation) };
  };
  const infoOf = (uri: string) => {
    const stored = objects.get(uri);
    return stored && { generation: String(stored.generation), metadata: stored.metadata };
  };
  const store: MemoryStore = {
    objects,
    text: (uri) => objects.get(uri)?.body.toString(),
    find: async (uri) => {
      const info = infoOf(uri);
      return info === undefined ? undefined : { text: store.text(uri) ?? '', info };
    },
    stat: async (uri) => infoOf(uri),
    list: async function* (prefix) {
      for (const uri of [...objects.keys()].sort()) if (uri.startsWith(prefix)) yield { uri, updatedMs: 0 };
    },
    listFolders: async function* (folder) {
      const below = [...objects.keys()].filter((uri) => uri.startsWith(folder));
      const names = below.map((uri) => uri.slice(folder.length).split('/'));
      yield* new Set(names.filter(({ length }) => length > 1).map(([name]) => `${folder}${name}/`));
    },
    read: async (uri) => {
      const stored = objects.get(uri);
      if (stored === undefined) throw Object.assign(new Error(`no object at ${uri}`), { code: 'NOT_FOUND' });
      return stored.body;
    },
    write: async (uri, body, options) => {
      await beforeWrite(uri, store);
      return put(uri, Buffer.from(body), options);
    },
    writeFile: async (uri, path, options) => {
      await beforeWrite(uri, store);
      return put(uri, await readFile(path), options);
    },
  };
  return store;
}
