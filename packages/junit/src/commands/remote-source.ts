import { JunitError } from '../errors.js';
import type { ReportSource, ReportStore } from './report-store.js';

/** Objects and prefixes of an object store. */
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
      if (below.length === 0) {
        throw new JunitError('UNREADABLE', `cannot read ${uri}: there is no such object, and none below`, {
          file: uri,
        });
      }
      return { files: below.sort().map((place) => ({ name: place.slice(folder.length), place })), isFolder: true };
    },
    readText: async (uri) => (await open()).readText(uri),
    async write(uri, xml) {
      await (await open()).write(uri, xml, { contentType: 'application/xml' });
    },
    async forget() {
      // Objects are replaced in one step; an old one stays until then.
    },
  };
}
