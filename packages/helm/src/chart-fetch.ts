import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChart } from './chart-info.js';
import { readArchiveFile, readStoredChart } from './archive-source.js';
import type { ArchiveStore } from './archive-source.js';
import { copyChart } from './copy-chart.js';
import { unpackChart } from './chart-unpack.js';
import type { UnpackedChart } from './chart-unpack.js';
import { downloadChart } from './chart-download.js';
import type { Clock } from './clock.js';
import { HelmError } from './errors.js';
import type { HelmRegistry, RegistryAccess } from './helm-registry.js';

/** What fetching may need, each only for its kind of source. */
export interface ChartFetchers {
  /** For `gs://` and `file://`. */
  readonly store?: ArchiveStore | undefined;
  /** For `http://` and `https://`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For pauses between the tries of `http(s)://`. @default the machine's */
  readonly clock?: Pick<Clock, 'sleep'> | undefined;
  /** From 0 to below 1, for these pauses. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** For `oci://`. */
  readonly helm?: Pick<HelmRegistry, 'pull'> | undefined;
}

/**
 * Puts a chart into the folder `to`, wherever it is: a folder, an archive (`.tgz`), `gs://` or `file://` of an archive,
 * `http(s)://` of an archive, or `oci://HOST/PATH/NAME:VERSION`. What is downloaded is bounded in size and unpacked without
 * leaving `to`.
 *
 * @throws {HelmError} `CHART_NOT_FOUND`, `FETCH_FAILED` when a server answers with an error or not at all, `INVALID_CHART`,
 * `INVALID_OPTION` for a source that cannot be fetched or a `to` that holds something else; and what the store throws.
 */
export async function fetchChart(
  fetchers: ChartFetchers,
  source: string,
  options: Omit<RegistryAccess, 'signal'> & {
    /** Folder of the chart afterwards. */
    readonly to: string;
    /** Digest the archive must have, in hex. Not for folders. @default any */
    readonly sha256?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<UnpackedChart> {
  const { to, sha256, signal } = options;
  signal?.throwIfAborted();
  const from = printable(source);
  if (!source.includes('://') && (await isFolder(source))) {
    if (sha256 !== undefined) {
      throw new HelmError('INVALID_OPTION', `${from} is a folder, which has no digest`, { hint: 'Name an archive.' });
    }
    await copyChart(source, to);
    return { ...(await readChart(to)), dir: to };
  }
  const body = await download(fetchers, source, options);
  const actual = createHash('sha256').update(body).digest('hex');
  if (sha256 !== undefined && sha256.toLowerCase() !== actual) {
    throw new HelmError('INVALID_CHART', `${from} has the SHA-256 ${actual}, expected ${sha256}`, { file: from });
  }
  return unpackChart({ body, from }, to);
}

async function download(
  { store, fetch, helm, clock, random }: ChartFetchers,
  source: string,
  options: Omit<RegistryAccess, 'signal'> & { readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const missing = (what: string) =>
    new HelmError('INVALID_OPTION', `cannot fetch ${printable(source)}: no ${what} was given`);
  const { signal } = options;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(source)?.[1];
  switch (scheme) {
    case undefined:
      if (await isMissing(source)) {
        throw new HelmError('CHART_NOT_FOUND', `there is no chart at ${source}`, {
          file: source,
          hint: 'Name a folder with Chart.yaml, or an archive.',
        });
      }
      return readArchiveFile(source);
    case 'gs':
    case 'file':
      if (store === undefined) throw missing('store');
      return readStoredChart(store, source, { signal });
    case 'http':
    case 'https':
      if (fetch === undefined) throw missing('fetch');
      return downloadChart({ fetch, clock, random }, source, { from: printable(source), signal });
    case 'oci':
      if (helm === undefined) throw missing('helm');
      return pull(helm, source, options);
    default:
      throw new HelmError('INVALID_OPTION', `not a place charts are fetched from: ${printable(source)}`, {
        hint: 'Name a folder, a .tgz, or a URI of gs://, file://, https:// or oci://.',
      });
  }
}

async function pull(
  helm: Pick<HelmRegistry, 'pull'>,
  source: string,
  { registryConfig, plainHttp, signal }: RegistryAccess,
): Promise<Uint8Array> {
  const [, chart, tag] = /^(oci:\/\/[^/\s]+\/[^\s@]*[^\s:@/]):([^:/@\s]+)$/.exec(source) ?? [];
  if (chart === undefined || tag === undefined) {
    throw new HelmError('INVALID_OPTION', `not a chart in an OCI registry: ${printable(source)}`, {
      hint: 'Write it as oci://HOST/PATH/NAME:VERSION.',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-fetch-'));
  try {
    // A tag has `_` where the version has `+`.
    const version = tag.replaceAll('_', '+');
    const { path } = await helm.pull({ chart, version, destination: folder, registryConfig, plainHttp, signal });
    return await readArchiveFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Without credentials: user and password, and the query, which signs URLs. */
function printable(source: string): string {
  return source.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1').replace(/^(https?:\/\/[^?#]*)[?#].*$/s, '$1');
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
