import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { stringify } from 'yaml';
import { createByteBudget, endWithin } from './byte-budget.js';
import { formatEvents, formatNodes } from './collect-texts.js';
import { logsOf, readLogEnd } from './collect-logs.js';
import type { CallOptions, KubeClient, ResourceInfo } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { DEFINITION, kindOfDefinition } from './crd-claims.js';
import { OWNED_LABEL } from './namespace.js';
import { shownObject } from './shown-object.js';

/** What to collect, and where to. */
export interface CollectOptions extends CallOptions {
  readonly kube: KubeClient;
  readonly namespaces: readonly string[];
  /** Folder to write to. */
  readonly dir: string;
  /** The end of each log is kept up to this size. @default 10 MiB */
  readonly maxLogBytes?: number;
  /** Objects of a kind, and events, up to this size. @default 5 MiB */
  readonly maxObjectsBytes?: number;
  /** All files together; what finds no room is left out and named. @default 500 MiB */
  readonly maxTotalBytes?: number;
  /** Requests at a time. @default 8 */
  readonly maxParallel?: number;
  /** Takes secrets out of each file before it is written. @default as it is */
  readonly redact?: (text: string) => string;
  readonly onLine?: (line: string) => void;
}

/** What was collected. */
export interface Collected {
  /** Paths below the folder, with `/`, sorted. */
  readonly files: readonly string[];
  /** What could not be read or found no room, in a line each; also in `problems.txt`. Empty when all is there. */
  readonly problems: readonly string[];
}

// Kept out as a whole: they tell nothing and change always, or are written as a text of their own.
const SKIPPED = new Set(['Event', 'Lease', 'EndpointSlice', 'ControllerRevision', 'PodMetrics']);
const MiB = 1024 * 1024;

/**
 * Writes pod logs (init containers and those before the last restart too), events and objects of namespaces, the
 * definitions that trials installed with their objects outside of namespaces, and the nodes:
 * `<namespace>/logs/<pod>/<container>.log`, `….previous.log`, `<namespace>/events.txt`, `<namespace>/objects/<kind>.yaml`,
 * `cluster/<kind>.yaml`, `nodes.yaml`, `nodes.txt`.
 *
 * Left out are values of Secrets and of environment variables with secret names; logs and ConfigMaps are as they are, but
 * for `redact`. What is cut says so where it is cut. What cannot be read is noted and does not keep the rest from it.
 *
 * @throws the signal's reason; when not even `problems.txt` can be written, why.
 */
export async function collect(options: CollectOptions): Promise<Collected> {
  const { kube, namespaces, signal, onLine = () => {}, maxParallel = 8 } = options;
  const { maxLogBytes = 10 * MiB, maxObjectsBytes = 5 * MiB, maxTotalBytes = 500 * MiB } = options;
  const files: string[] = [];
  const problems: string[] = [];
  const budget = createByteBudget(maxTotalBytes);
  const limit = pLimit(maxParallel);
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(options.dir, path)), { recursive: true });
    await writeFile(join(options.dir, path), options.redact?.(text) ?? text);
    files.push(path);
  };
  /** Reads one file's content within its share of the room, and writes it; what goes wrong is noted. */
  const file = (
    path: string,
    maxBytes: number,
    what: string,
    read: (maxBytes: number) => Promise<string | undefined>,
  ): Promise<void> =>
    limit(async () => {
      signal?.throwIfAborted();
      const room = budget.take(maxBytes);
      let usedBytes = 0;
      try {
        if (room === 0) throw new Error(`left out: all files together are larger than ${maxTotalBytes} bytes`);
        const text = await read(room);
        if (text === undefined || text === '') return;
        usedBytes = Buffer.byteLength(text);
        await write(path, text);
      } catch (error) {
        signal?.throwIfAborted();
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        budget.giveBack(room - usedBytes);
      }
    });
  const list = async (what: string, read: () => Promise<readonly KubeObject[]>): Promise<readonly KubeObject[]> => {
    try {
      return await limit(read);
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const listKind = (kind: { readonly apiVersion: string; readonly kind: string }, namespace?: string) => async () =>
    (await kube.list(kind, { namespace, signal })).items;
  const objects = (path: string, what: string, read: () => Promise<readonly KubeObject[]>): Promise<void> =>
    file(path, maxObjectsBytes, what, async (maxBytes) => formatObjects(await read(), maxBytes));

  const logs = namespaces.map(async (namespace) => {
    const pods = await list(`pods of ${namespace}`, listKind({ apiVersion: 'v1', kind: 'Pod' }, namespace));
    const reads = logsOf(pods).map(({ pod, container, previous }) =>
      file(
        `${namespace}/logs/${pod}/${container}${previous ? '.previous' : ''}.log`,
        maxLogBytes,
        `log of ${namespace}/${pod}/${container}`,
        (maxBytes) => readLogEnd(kube, { namespace, name: pod }, { container, previous, signal }, maxBytes),
      ),
    );
    await Promise.all(reads);
  });
  const events = namespaces.map((namespace) =>
    file(`${namespace}/events.txt`, maxObjectsBytes, `events of ${namespace}`, async (maxBytes) => {
      const { text, isCut } = endWithin(
        formatEvents(await listKind({ apiVersion: 'v1', kind: 'Event' }, namespace)()),
        maxBytes,
      );
      return isCut ? `(earlier events are left out)\n${text}` : text;
    }),
  );
  const kinds = (async () => {
    const resources = await limit(() => kube.listResources({ signal })).catch((error: Error): ResourceInfo[] => {
      signal?.throwIfAborted();
      problems.push(`kinds: ${error.message}`);
      return [];
    });
    const shown = uniqueKinds(resources.filter(({ namespaced, kind }) => namespaced && !SKIPPED.has(kind)));
    const reads = namespaces.flatMap((namespace) =>
      shown.map((kind) =>
        objects(
          `${namespace}/objects/${fileName(kind)}.yaml`,
          `${kind.resource} of ${namespace}`,
          listKind(kind, namespace),
        ),
      ),
    );
    await Promise.all(reads);
  })();
  const nodes = (async () => {
    const found = await list('nodes', listKind({ apiVersion: 'v1', kind: 'Node' }));
    await objects('nodes.yaml', 'nodes', async () => found);
    await file('nodes.txt', maxObjectsBytes, 'nodes', async () => formatNodes(found));
  })();
  const definitions = (async () => {
    const ours = (await list('definitions', listKind(DEFINITION))).filter(
      ({ metadata }) => metadata.labels?.[OWNED_LABEL] === 'true',
    );
    await objects('cluster/customresourcedefinitions.yaml', 'definitions', async () => ours);
    const reads = ours.map(async (definition) => {
      const kind = kindOfDefinition(definition);
      const { name = '' } = definition.metadata;
      if (kind?.namespaced === false) await objects(`cluster/${name}.yaml`, name, listKind(kind));
    });
    await Promise.all(reads);
  })();

  await settle([...logs, ...events, kinds, nodes, definitions]);
  if (problems.length > 0) await write('problems.txt', `${problems.sort().join('\n')}\n`);
  onLine(`collected ${files.length} files${problems.length === 0 ? '' : `, ${problems.length} could not be read`}`);
  return { files: files.sort(), problems };
}

/** Waits for all of them, so that none goes on alone, and throws what the first failed with. */
async function settle(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Whole objects as YAML documents, as many as there is room for; then how many there are besides. */
function formatObjects(objects: readonly KubeObject[], maxBytes: number): string {
  const documents: string[] = [];
  let sizeBytes = 0;
  for (const [index, object] of objects.entries()) {
    const document = stringify(shownObject(object), { aliasDuplicateObjects: false });
    sizeBytes += Buffer.byteLength(document) + 4;
    if (sizeBytes > maxBytes) {
      documents.push(
        `# ${objects.length - index} of ${objects.length} objects are left out: there is no room for them\n`,
      );
      break;
    }
    documents.push(document);
  }
  return documents.join('---\n');
}

/** `pods`, `tfjobs.kubeflow.org`. */
function fileName({ apiVersion, resource }: ResourceInfo): string {
  return apiVersion.includes('/') ? `${resource}.${apiVersion.replace(/\/.*/, '')}` : resource;
}

/** The same objects are served by several groups (events, ingresses): once is enough. */
function uniqueKinds(kinds: readonly ResourceInfo[]): readonly ResourceInfo[] {
  const seen = new Set<string>();
  return kinds.filter(({ apiVersion, kind }) => {
    const key = `${apiVersion.replace(/\/.*/, '')}/${kind}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}
