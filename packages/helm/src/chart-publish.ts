import { compare, parse } from 'semver';
import { readArchiveFile, readStoredChart } from './archive-source.js';
import type { ArchiveStore } from './archive-source.js';
import { readChartArchive } from './chart-archive.js';
import type { ChartArchive } from './chart-archive.js';
import { HelmError } from './errors.js';

const maxMoves = 20;

/** What publishing needs of an object store. */
export interface ChartStore {
  read(uri: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** What is known of an object. Without it, `latest/` is moved whatever is there, and sizes are not looked at. @default none */
  stat?(uri: string): Promise<
    | {
        readonly generation: string;
        readonly sizeBytes?: number | undefined;
        readonly updatedMs?: number | undefined;
        readonly metadata?: Readonly<Record<string, string>> | undefined;
      }
    | undefined
  >;
  write(
    uri: string,
    body: Uint8Array,
    options: {
      readonly contentType?: string;
      readonly cacheControl?: string;
      readonly metadata?: Record<string, string>;
      readonly ifGenerationMatch?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<unknown>;
}

/** Where a chart was put. */
export interface PublishedChart {
  readonly uri: string;
  /** Only when `latest` was asked for, and is this chart now. */
  readonly latestUri?: string;
}

/** Where a chart of this name and version is published: `<releasesUri>/<version>/<name>-<version>.tgz`. */
export function publishedChartUri(releasesUri: string, chart: Pick<ChartArchive, 'name' | 'version'>): string {
  return `${withoutSlash(releasesUri)}/${chart.version}/${chart.name}-${chart.version}.tgz`;
}

/**
 * What publishing would find, without writing: the version is `free`, or the same bytes are `published`.
 *
 * @throws {HelmError} `VERSION_EXISTS` when other bytes are, `INVALID_CHART`.
 */
export async function checkPublished(
  store: ArchiveStore,
  options: { readonly archive: string | ChartArchive; readonly releasesUri: string },
): Promise<{ readonly uri: string; readonly state: 'free' | 'published' }> {
  const archive = typeof options.archive === 'string' ? await readChartArchive(options.archive) : options.archive;
  const uri = publishedChartUri(options.releasesUri, archive);
  const present = await readStoredChart(store, uri).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'NOT_FOUND') return undefined;
    throw error;
  });
  if (present === undefined) return { uri, state: 'free' };
  if (!(await readArchiveFile(archive.path)).equals(present)) throw versionExists(uri);
  return { uri, state: 'published' };
}

function versionExists(uri: string, cause?: unknown): HelmError {
  return new HelmError('VERSION_EXISTS', `${uri} is published already with other content`, {
    cause,
    hint: 'Raise the version: what is published stays as it is.',
  });
}

function withoutSlash(uri: string): string {
  return uri.replace(/([^/:])\/+$/, '$1');
}

/**
 * Puts a packaged chart at `<releasesUri>/<version>/<name>-<version>.tgz`, never over another one: the same bytes again are
 * fine, so that a release broken off can be repeated. Then, when asked, at `<releasesUri>/latest/<name>-latest.tgz`, which
 * only moves forward: a newer version that is there stays.
 *
 * @throws {HelmError} `VERSION_EXISTS` when other bytes are published under the version, `INVALID_CHART`.
 */
export async function publishChart(
  store: ChartStore,
  options: {
    /** What `packageChart` returned, or the path of a packaged chart. */
    readonly archive: string | ChartArchive;
    readonly releasesUri: string;
    /** Move `latest/` too. @default false */
    readonly latest?: boolean | undefined;
    /** Commit, kept as metadata of the objects. */
    readonly sha?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PublishedChart> {
  const { latest = false, sha, signal } = options;
  const archive = typeof options.archive === 'string' ? await readChartArchive(options.archive) : options.archive;
  const body = await readArchiveFile(archive.path);
  const { name, version } = archive;
  const base = withoutSlash(options.releasesUri);
  const uri = publishedChartUri(base, archive);
  const common = {
    contentType: 'application/gzip',
    metadata: { version, sha256: archive.sha256, ...(sha === undefined ? {} : { commit: sha }) },
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    await store.write(uri, body, { ...common, ifGenerationMatch: '0' });
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'PRECONDITION_FAILED') throw cause;
    if (!body.equals(await readStoredChart(store, uri, { signal }))) throw versionExists(uri, cause);
  }
  if (!latest) return { uri };
  const latestUri = `${base}/latest/${name}-latest.tgz`;
  const moved = await moveLatest(store, latestUri, body, { ...common, cacheControl: 'no-cache, max-age=0' });
  return moved ? { uri, latestUri } : { uri };
}

/** `false` when what is there is newer. */
async function moveLatest(
  store: ChartStore,
  uri: string,
  body: Uint8Array,
  options: Parameters<ChartStore['write']>[2] & { readonly metadata: { readonly version: string } },
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const there = await store.stat?.(uri);
    if (isNewer(there?.metadata?.['version'], options.metadata.version)) return false;
    const ifGenerationMatch = store.stat === undefined ? {} : { ifGenerationMatch: there?.generation ?? '0' };
    try {
      await store.write(uri, body, { ...options, ...ifGenerationMatch });
      return true;
    } catch (error) {
      // Somebody else moved it in between: look again whether that was forward.
      if ((error as { code?: unknown }).code !== 'PRECONDITION_FAILED' || attempt === maxMoves) throw error;
    }
  }
}

/** Builds of one day have no order: their commits' names say nothing. The later one to be published wins. */
function isNewer(present: string | undefined, version: string): boolean {
  if (present === undefined || parse(present) === null) return false;
  const withoutCommit = (text: string) => text.replace(/(v\d{8})-[0-9a-f]{7,40}(?:-dirty-[0-9a-f]{7})?(?=\+|$)/, '$1');
  return compare(withoutCommit(present), withoutCommit(version)) > 0;
}
