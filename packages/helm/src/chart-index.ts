import { compare } from 'semver';
import { Document, isMap, isSeq } from 'yaml';
import type { YAMLMap, YAMLSeq } from 'yaml';
import { readStoredChart } from './archive-source.js';
import { readPackedChart } from './chart-archive.js';
import { parseChartDocument } from './chart-file.js';
import type { ChartStore } from './chart-publish.js';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { HelmError } from './errors.js';
import { indexFieldsOf } from './index-entry.js';

/** What an index needs of an object store beside {@link ChartStore}. */
export interface ChartIndexStore extends ChartStore {
  /** Text and generation of an object, or `undefined` where there is none. */
  find(uri: string): Promise<{ readonly text: string; readonly info: { readonly generation: string } } | undefined>;
  /** Objects whose URI starts with the prefix. */
  list(
    prefixUri: string,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<{ readonly uri: string; readonly updatedMs: number }>;
}

/** What {@link updateChartIndex} did. */
export interface UpdatedIndex {
  readonly indexUri: string;
  /** URLs of what was added, relative to the index. Empty when nothing was missing and nothing was written. */
  readonly added: readonly string[];
  /** What lies where charts do and is none, or another than its name says. It is left alone. */
  readonly skipped: readonly { readonly uri: string; readonly reason: string }[];
}

/** A chart that the index lacks. */
interface NewEntry {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const noCache = 'no-cache, max-age=0';
const maxAttempts = 20;

/**
 * Brings `<releasesUri>/index.yaml`, which `helm repo add` reads, up to what is published: every
 * `<version>/<name>-<version>.tgz` that it lacks is added, whoever published it, or of these only `charts`. Entries that are
 * there stay as they are.
 *
 * The index is replaced only where nobody else replaced it in the meantime, else it is read anew: of any number of
 * publishers at once, none loses an entry. URLs are relative, so that the bucket may be served from anywhere.
 *
 * @throws {HelmError} `INVALID_INDEX` when the index that is there is none, `INDEX_BUSY` when others were faster 20 times.
 * @see https://helm.sh/docs/topics/chart_repository/#the-index-file
 */
export async function updateChartIndex(
  store: ChartIndexStore,
  options: {
    readonly releasesUri: string;
    /**
     * URIs of the charts that may be missing: `<releasesUri>/<version>/<name>-<version>.tgz`. Nothing else is looked at then,
     * however much is published, unless there is no index yet. @default all that is published
     */
    readonly charts?: readonly string[] | undefined;
    /** @default the machine's */
    readonly clock?: Clock | undefined;
    /** From 0 to below 1, for the pause between two attempts. @default Math.random */
    readonly random?: (() => number) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<UpdatedIndex> {
  const { clock = systemClock, random = Math.random, charts, signal } = options;
  const base = options.releasesUri.replace(/([^/:])\/+$/, '$1');
  const indexUri = `${base}/index.yaml`;
  const known = new Map<string, NewEntry | string>(); // what was read once is not read again
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const found = await store.find(indexUri);
    const document = found === undefined ? emptyIndex() : parseIndex(found.text, indexUri);
    const entries = document.get('entries') as YAMLMap;
    const objects =
      found === undefined || charts === undefined ? listAll(store, base, signal) : findEach(store, charts);
    const missing = await readMissing(store, { objects, base, present: urlsOf(entries), known, clock, signal });
    const skipped = [...known].flatMap(([path, why]) =>
      typeof why === 'string' ? [{ uri: `${base}/${path}`, reason: why }] : [],
    );
    if (missing.length === 0 && found !== undefined) return { indexUri, added: [], skipped };
    for (const entry of missing) addEntry(document, entries, entry);
    document.set('generated', new Date(clock.now()).toISOString());
    try {
      // Whatever looks like a number to YAML 1.1, which helm reads, is quoted.
      const text = document.toString({ lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
      await store.write(indexUri, Buffer.from(text), {
        contentType: 'application/yaml',
        cacheControl: noCache,
        ifGenerationMatch: found?.info.generation ?? '0',
        ...(signal === undefined ? {} : { signal }),
      });
      return { indexUri, added: missing.map(({ url }) => url), skipped };
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'PRECONDITION_FAILED') throw cause;
      if (attempt === maxAttempts) {
        throw new HelmError('INDEX_BUSY', `${indexUri} was replaced by others ${maxAttempts} times`, {
          cause,
          hint: 'Try again: the chart itself is published.',
        });
      }
      await clock.sleep(random() * Math.min(100 * 2 ** attempt, 5_000), signal);
    }
  }
}

function emptyIndex(): Document {
  const document = new Document({ apiVersion: 'v1', entries: {} });
  const entries = document.get('entries') as YAMLMap;
  entries.flow = false;
  return document;
}

function parseIndex(text: string, file: string): Document {
  const invalid = (why: string, cause?: unknown) =>
    new HelmError('INVALID_INDEX', `${file} is not the index of a chart repository: ${why}`, {
      cause,
      file,
      hint: 'Remove it: the next publisher makes a new one of what is published.',
    });
  let document: Document.Parsed;
  try {
    ({ document } = parseChartDocument(text, file));
  } catch (cause) {
    throw invalid((cause as Error).message, cause);
  }
  if (!isMap(document.contents) || document.get('apiVersion') !== 'v1') throw invalid('apiVersion is not v1');
  const entries: unknown = document.get('entries', true);
  if (!isMap(entries)) {
    if (entries !== undefined && (entries as { value?: unknown }).value !== null) throw invalid('entries is not a map');
    document.set('entries', document.createNode({}));
  } else if (entries.items.some(({ value }) => !isSeq(value))) {
    throw invalid('an entry is not a list');
  }
  (document.get('entries') as YAMLMap).flow = false; // `{}` would hold all that is added on one line
  return document;
}

/** What is indexed already. A URL that leads elsewhere is compared by its end. */
function urlsOf(entries: YAMLMap): ReadonlySet<string> {
  const plain = entries.toJSON() as Record<string, readonly { readonly urls?: unknown }[]>;
  const urls = Object.values(plain).flatMap((versions) =>
    versions.flatMap(({ urls: list }) => (Array.isArray(list) ? list.map(String) : [])),
  );
  return new Set(urls.map((url) => decodePath(url.split('/').slice(-2).join('/'))));
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a percent sign of its own
  }
}

interface PublishedObject {
  readonly uri: string;
  readonly updatedMs?: number | undefined;
}

function listAll(
  store: ChartIndexStore,
  base: string,
  signal: AbortSignal | undefined,
): AsyncIterable<PublishedObject> {
  return store.list(`${base}/`, signal === undefined ? {} : { signal });
}

async function* findEach(store: ChartIndexStore, uris: readonly string[]): AsyncIterable<PublishedObject> {
  for (const uri of uris) yield { uri, updatedMs: (await store.stat?.(uri))?.updatedMs };
}

async function readMissing(
  store: ChartIndexStore,
  look: {
    readonly objects: AsyncIterable<PublishedObject>;
    readonly base: string;
    readonly present: ReadonlySet<string>;
    /** By path: an entry, or why there is none. */
    readonly known: Map<string, NewEntry | string>;
    readonly clock: Clock;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly NewEntry[]> {
  const { objects, base, present, known, clock, signal } = look;
  const missing: NewEntry[] = [];
  for await (const { uri, updatedMs = clock.now() } of objects) {
    if (!uri.startsWith(`${base}/`)) continue;
    const path = uri.slice(base.length + 1);
    const [, version = '', file = ''] = /^([^/]+)\/([^/]+)\.tgz$/.exec(path) ?? [];
    if (version === '' || version === 'latest' || !file.endsWith(`-${version}`) || present.has(path)) continue;
    const entry = known.get(path) ?? (await readEntry(store, { uri, path, updatedMs, signal }));
    known.set(path, entry);
    if (typeof entry !== 'string') missing.push(entry);
  }
  return missing;
}

async function readEntry(
  store: ChartIndexStore,
  object: {
    readonly uri: string;
    readonly path: string;
    readonly updatedMs: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<NewEntry | string> {
  const { uri, signal } = object;
  const packed = await readPacked(store, uri, signal).catch((error: unknown) => {
    if (error instanceof HelmError && error.code === 'INVALID_CHART') return error.message;
    throw error;
  });
  if (typeof packed === 'string') return packed;
  const { name, version, sha256, fields } = packed;
  if (object.path !== `${version}/${name}-${version}.tgz`) return `it is ${name} ${version}`;
  // `+` is a blank to some servers, and `#` and `?` end a path.
  const url = object.path.split('/').map(encodeURIComponent).join('/');
  const created = new Date(object.updatedMs).toISOString();
  return { name, version, url, fields: { ...indexFieldsOf(fields), created, digest: sha256, urls: [url] } };
}

async function readPacked(store: ChartIndexStore, uri: string, signal: AbortSignal | undefined) {
  return readPackedChart(await readStoredChart(store, uri, { signal }), uri);
}

/** Newest first, as helm sorts it; what is there keeps its order. */
function addEntry(document: Document, entries: YAMLMap, { name, version, fields }: NewEntry): void {
  const node = document.createNode(fields);
  const versions = entries.get(name) as YAMLSeq | undefined;
  if (versions === undefined) {
    entries.set(document.createNode(name), document.createNode([node]));
    return;
  }
  versions.flow = false;
  const at = versions.items.findIndex((item) => isMap(item) && isOlder(String(item.get('version')), version));
  versions.items.splice(at < 0 ? versions.items.length : at, 0, node);
}

function isOlder(left: string, right: string): boolean {
  try {
    return compare(left, right) < 0;
  } catch {
    return false; // not a semantic version: helm skips it, and so does the order
  }
}
