import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ChartArchive, chartVersion, publishedChartUri, readChartArchive, readStoredChart } from '@seatrial/helm';
import { extract } from 'tar-stream';
import { parse } from 'yaml';
import { joinUri, type ReleaseStore } from './record-store.js';

/** A chart that an earlier build of a commit has published. */
export interface PublishedRelease {
  readonly uri: string;
  /** `vYYYYMMDD-<commit>`, of the day of that build. */
  readonly tag: string;
  /** The chart, fetched to this machine. */
  readonly chart: ChartArchive;
  /** What its `values.yaml` says. */
  readonly values: unknown;
}

/** Which release is looked for. */
export interface PublishedReleaseQuery {
  readonly releasesUri: string;
  /** Name and version of the chart as the source has it. */
  readonly chart: { readonly name: string; readonly version: string };
  /** Full commit. */
  readonly commit: string;
  /** Folder that the chart is fetched into. Made when missing. */
  readonly outDir: string;
}

/**
 * Finds the release of a commit that was published by a build which may not have come to its end: of any day, so that going
 * on after midnight makes no second one. Fetches its chart; undefined when there is none.
 */
export async function findPublishedRelease(
  store: Pick<ReleaseStore, 'listFolders' | 'stat' | 'read'>,
  { releasesUri, chart, commit, outDir }: PublishedReleaseQuery,
): Promise<PublishedRelease | undefined> {
  const tagOf = new RegExp(`v\\d{8}-${commit.slice(0, 7)}`);
  let found: { readonly uri: string; readonly tag: string; readonly version: string } | undefined;
  for await (const folder of store.listFolders(joinUri(releasesUri, ''))) {
    const version = decodeURIComponent(folder.replace(/\/$/, '').split('/').at(-1) ?? '');
    const tag = tagOf.exec(version)?.[0];
    if (tag === undefined || version !== chartVersion(chart.version, tag)) continue;
    const uri = publishedChartUri(releasesUri, { name: chart.name, version });
    const info = await store.stat(uri);
    // Seven digits of two commits can be the same; objects put there by other tools do not tell.
    if (info === undefined || (info.metadata?.['commit'] ?? commit) !== commit) continue;
    if (found === undefined || found.tag < tag) found = { uri, tag, version };
  }
  if (found === undefined) return undefined;
  await mkdir(outDir, { recursive: true });
  const path = join(outDir, `${chart.name}-${found.version}.tgz`);
  const body = await readStoredChart(store, found.uri);
  await writeFile(`${path}.partial`, body);
  await rename(`${path}.partial`, path);
  return { uri: found.uri, tag: found.tag, chart: await readChartArchive(path), values: await readValues(body) };
}

/** The archive was checked as a whole by `readChartArchive` before: sizes are bounded. */
async function readValues(archive: Uint8Array): Promise<unknown> {
  const tar = Readable.from([Buffer.from(archive)]).pipe(createGunzip());
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  tar.pipe(entries as unknown as NodeJS.WritableStream); // streamx's stream is one; its types do not say so
  let values = '';
  for await (const entry of entries) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (/^[^/]+\/values\.yaml$/.test(entry.header.name)) values = Buffer.concat(chunks).toString('utf8');
  }
  return parse(values, { maxAliasCount: 100 });
}
