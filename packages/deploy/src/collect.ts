import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { eventTime } from './object-events.js';
import type { CallOptions, KubeClient, LogOptions, ResourceInfo } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, numberAt, textAt } from './kube-object.js';
import { cut } from './text.js';

/** What to collect, and where to. */
export interface CollectOptions extends CallOptions {
  readonly kube: KubeClient;
  readonly namespaces: readonly string[];
  /** Folder to write to. */
  readonly dir: string;
  /** The end of each log is kept up to this size. @default 10 MiB */
  readonly maxLogBytes?: number;
  /** Objects of a kind up to this size. @default 5 MiB */
  readonly maxObjectsBytes?: number;
  readonly onLine?: (line: string) => void;
}

/** What was collected. */
export interface Collected {
  /** Paths below the folder, with `/`, sorted. */
  readonly files: readonly string[];
  /** What could not be read, in a line each; also in `problems.txt`. Empty when all could. */
  readonly problems: readonly string[];
}

// Kept out as a whole: leases tell nothing and change always.
const SKIPPED = new Set(['Event', 'Lease', 'EndpointSlice', 'ControllerRevision', 'PodMetrics']);
const TAIL_LINES = 100_000;

/**
 * Writes pod logs (init containers and those before the last restart too), events and objects, and the nodes:
 * `<namespace>/logs/<pod>/<container>.log`, `….previous.log`, `<namespace>/events.txt`, `<namespace>/objects/<kind>.yaml`,
 * `nodes.yaml`. Values of Secrets are left out.
 *
 * What cannot be read is noted and does not keep the rest from being read.
 *
 * @throws the signal's reason, and what writing a file throws.
 */
export async function collect(options: CollectOptions): Promise<Collected> {
  const { kube, namespaces, dir, signal, onLine = () => {} } = options;
  const { maxLogBytes = 10 * 1024 * 1024, maxObjectsBytes = 5 * 1024 * 1024 } = options;
  const files: string[] = [];
  const problems: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
    files.push(path);
  };
  const tryRead = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const writeObjects = async (path: string, kind: ResourceInfo, namespace?: string): Promise<void> => {
    const list = await tryRead(`${kind.resource} of ${namespace ?? 'the cluster'}`, () =>
      kube.list(kind, { namespace, signal }),
    );
    if (list === undefined || list.items.length === 0) return;
    await write(path, cut(list.items.map((item) => stringify(withoutSecrets(item))).join('---\n'), maxObjectsBytes));
  };

  const resources = (await tryRead('kinds', () => kube.listResources({ signal }))) ?? [];
  for (const namespace of namespaces) {
    const pods = await tryRead(`pods of ${namespace}`, () =>
      kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, signal }),
    );
    await mapLimited(logsOf(pods?.items ?? []), async ({ pod, container, previous }) => {
      const log = await tryRead(`log of ${namespace}/${pod}/${container}`, () =>
        readEnd(kube, { namespace, name: pod }, { container, previous, signal }, maxLogBytes),
      );
      const path = `${namespace}/logs/${pod}/${container}${previous ? '.previous' : ''}.log`;
      if (log !== undefined) await write(path, log);
    });
    const events = await tryRead(`events of ${namespace}`, () =>
      kube.list({ apiVersion: 'v1', kind: 'Event' }, { namespace, signal }),
    );
    if (events !== undefined && events.items.length > 0)
      await write(`${namespace}/events.txt`, formatEvents(events.items));
    const kinds = uniqueKinds(resources.filter(({ namespaced, kind }) => namespaced && !SKIPPED.has(kind)));
    await mapLimited(kinds, async (kind) => {
      const group = kind.apiVersion.includes('/') ? `.${kind.apiVersion.replace(/\/.*/, '')}` : '';
      await writeObjects(`${namespace}/objects/${kind.resource}${group}.yaml`, kind, namespace);
    });
  }
  const nodes = resources.find(({ kind, apiVersion }) => kind === 'Node' && apiVersion === 'v1');
  if (nodes !== undefined) await writeObjects('nodes.yaml', nodes);
  if (problems.length > 0) await write('problems.txt', `${problems.join('\n')}\n`);
  onLine(`collected ${files.length} files${problems.length === 0 ? '' : `, ${problems.length} could not be read`}`);
  return { files: files.sort(), problems };
}

/** An object to show: without the bookkeeping of fields, and without what a Secret holds. */
export function withoutSecrets(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as Record<string, unknown>;
  const shown = { ...object, metadata };
  if (object.kind !== 'Secret') return shown;
  const hide = (field: string): Record<string, unknown> => {
    const values = at(object, field);
    if (typeof values !== 'object' || values === null) return {};
    return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, '(left out)'])) };
  };
  const annotations = { ...object.metadata.annotations };
  delete annotations['kubectl.kubernetes.io/last-applied-configuration'];
  return { ...shown, metadata: { ...metadata, annotations }, ...hide('data'), ...hide('stringData') };
}

/** The API cuts a log's end off, not its beginning; so of a large log fewer of the last lines are asked for. */
async function readEnd(
  kube: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  options: LogOptions,
  maxBytes: number,
): Promise<string> {
  const log = await kube.readLog(pod, { ...options, tailLines: TAIL_LINES, limitBytes: maxBytes });
  const sizeBytes = Buffer.byteLength(log);
  if (sizeBytes < maxBytes) return log;
  const averageBytes = sizeBytes / Math.max(1, log.split('\n').length);
  const tailLines = Math.max(1, Math.floor((maxBytes / averageBytes) * 0.8));
  const end = await kube.readLog(pod, { ...options, tailLines, limitBytes: maxBytes });
  return `(earlier lines are left out: the log is larger than ${maxBytes} bytes)\n${end}`;
}

interface LogToRead {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

function logsOf(pods: readonly KubeObject[]): readonly LogToRead[] {
  return pods.flatMap((pod) => {
    const name = pod.metadata.name ?? '';
    const statuses = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((field) =>
      listAt(pod, 'status', field),
    );
    return statuses.flatMap((status): LogToRead[] => {
      const container = textAt(status, 'name');
      const hasRun = at(status, 'state', 'running') ?? at(status, 'state', 'terminated');
      const ranBefore = numberAt(status, 'restartCount') > 0 || at(status, 'lastState', 'terminated') !== undefined;
      return [
        ...(hasRun === undefined ? [] : [{ pod: name, container, previous: false }]),
        ...(ranBefore ? [{ pod: name, container, previous: true }] : []),
      ];
    });
  });
}

function formatEvents(events: readonly KubeObject[]): string {
  const lines = [...events]
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .map((event) => {
      const about = `${textAt(event, 'involvedObject', 'kind')}/${textAt(event, 'involvedObject', 'name')}`;
      const count = numberAt(event, 'count') > 1 ? ` (x${numberAt(event, 'count')})` : '';
      return `${eventTime(event)}  ${textAt(event, 'type')}  ${textAt(event, 'reason')}  ${about}${count}  ${textAt(event, 'message')}`;
    });
  return `${lines.join('\n')}\n`;
}

/** The same objects are served by several groups (events, ingresses): once is enough. */
function uniqueKinds(kinds: readonly ResourceInfo[]): readonly ResourceInfo[] {
  const seen = new Set<string>();
  return kinds.filter(({ apiVersion, kind }) => {
    const key = `${apiVersion.replace(/\/.*/, '')}/${kind}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

async function mapLimited<T>(items: readonly T[], run: (item: T) => Promise<void>, limit = 8): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
