import { randomUUID } from 'node:crypto';
import { JunitError } from '../errors.js';
import { createLocalSource } from './local-source.js';
import { createRemoteSource } from './remote-source.js';
import type { OpenReportStore, ReportSource, ReportStore, StoreSurroundings } from './report-store.js';

const URI = /^[a-z][a-z0-9+.-]*:\/\//i;
// Of Prow's readers (junit*.xml, test.xml), and Surefire's own.
const REPORT_NAME = /(?:^|\/)(?:junit[^/]*|test|TEST-[^/]*)\.xml$/;

/** Finds, for each path or URI, who reads it. */
export function createSources(
  surroundings: StoreSurroundings,
  openStore: OpenReportStore | undefined,
): (place: string) => ReportSource {
  const local = createLocalSource({ cwd: surroundings.cwd, newId: randomUUID });
  let opened: Promise<ReportStore> | undefined;
  return (place) => {
    if (!URI.test(place)) return local;
    if (openStore === undefined) {
      throw new JunitError('NO_STORE', `${place} is in an object store, which this program does not read`, {
        hint: 'Use `seatrial junit`, which does, or copy the files: seatrial-storage cp --recursive URI FOLDER.',
      });
    }
    return createRemoteSource(() => (opened ??= openStore(surroundings)));
  };
}

/** Reports that were found, by name; each one says how to open it. */
export type FoundReports = ReadonlyMap<string, () => Promise<AsyncIterable<Uint8Array>>>;

/**
 * Finds reports by name. Of folders and prefixes only what is named like a report is taken (`junit*.xml`, `test.xml`,
 * `TEST-*.xml`), and what is `expected`. A name that is there twice gets its whole path.
 *
 * @throws {JunitError} `UNREADABLE` where a path stands for nothing, `NO_STORE`.
 */
export async function findReports(
  places: readonly string[],
  sourceOf: (place: string) => ReportSource,
  expected: readonly string[] = [],
): Promise<FoundReports> {
  const found = new Map<string, () => Promise<AsyncIterable<Uint8Array>>>();
  for (const place of places) {
    const source = sourceOf(place);
    const { files, isFolder } = await source.find(place);
    for (const { name, place: at } of files) {
      if (isFolder && !REPORT_NAME.test(name) && !expected.includes(name)) continue;
      found.set(found.has(name) ? at : name, () => source.open(at));
    }
  }
  return found;
}
