import { JunitError } from '../errors.js';
import { parsePattern, prefixOfPattern } from './report-pattern.js';
import type { FoundFiles, ReportSource, ReportStore } from './report-store.js';

/** Objects, prefixes and patterns of an object store. What is there by name is no pattern, whatever it is called. */
export function createRemoteSource(open: () => Promise<ReportStore>): ReportSource {
  return {
    async find(uri) {
      const store = await open();
      const folder = uri.endsWith('/') ? uri : `${uri}/`;
      const below: string[] = [];
      for await (const object of store.list(uri)) {
        if (object.uri === uri)
          return { files: [{ name: uri.slice(uri.lastIndexOf('/') + 1), place: uri }], isFolder: false };
        if (object.uri.startsWith(folder)) below.push(object.uri);
      }
      if (below.length === 0) return findMatches(store, uri);
      return { files: below.sort().map((place) => ({ name: place.slice(folder.length), place })), isFolder: true };
    },
    open: async (uri) => (await open()).readStream(uri),
    async write(uri, xml) {
      await (await open()).write(uri, xml, { contentType: 'application/xml' });
    },
    async forget() {
      // Objects are replaced in one step; an old one stays until then.
    },
  };
}

async function findMatches(store: ReportStore, pattern: string): Promise<FoundFiles> {
  const start = prefixOfPattern(pattern);
  const matches: string[] = [];
  if (start !== pattern) {
    const isMatch = parsePattern(pattern);
    for await (const { uri } of store.list(start)) if (isMatch.test(uri)) matches.push(uri);
  }
  if (matches.length === 0) {
    const message = `cannot read ${pattern}: there is no such object, none below, and none matches`;
    const hint = 'Name a report, a prefix that holds some, or a pattern in quotes.';
    throw new JunitError('UNREADABLE', message, { file: pattern, hint });
  }
  const folder = start.lastIndexOf('/') + 1;
  return { files: matches.sort().map((place) => ({ name: place.slice(folder), place })), isFolder: false };
}
