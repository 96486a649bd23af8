import type { GsUri } from '../gs-uri.js';
import type { Backend, ObjectInfo, WriteOptions } from '../object-store.js';
import { createGsClient } from './gs-client.js';
import { copyObject } from './gs-copy.js';
import { gsError, statusOf } from './gs-errors.js';
import { listObjects } from './gs-listing.js';
import type { GsOptions } from './gs-options.js';
import { openObject } from './gs-read.js';
import { gsInfo, objectPath, type GsResource } from './gs-resource.js';
import { writeObject } from './gs-write.js';
import type { Surroundings } from './retry.js';

const IDLE_TIMEOUT_MS = 15_000;

/** Cloud Storage, which also copies by itself. */
export interface GsBackend extends Backend<GsUri> {
  copy(from: GsUri, to: GsUri, options: Omit<WriteOptions, 'gzip' | 'contentEncoding'>): Promise<ObjectInfo>;
}

/** Cloud Storage. The client is loaded at the first use. */
export function createGsBackend(options: GsOptions, surroundings: Surroundings): GsBackend {
  const { idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
  const client = createGsClient(options, surroundings);
  return {
    open: (place, readOptions) => openObject({ client, idleTimeoutMs }, place, readOptions),
    write: (place, body, writeOptions) => writeObject(client, { place, body }, writeOptions),
    async *list(place, listOptions) {
      for await (const entry of listObjects(client, place, listOptions)) if (entry.kind === 'object') yield entry.info;
    },
    listLevel: (place, listOptions) => listObjects(client, place, { ...listOptions, delimiter: '/' }),
    copy: (from, to, copyOptions) => copyObject(client, { from, to }, copyOptions),
    async stat(place) {
      try {
        const { body } = await client.send({ method: 'GET', path: objectPath(place) });
        return gsInfo(place, body as GsResource);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw gsError('stat', place, error);
      }
    },
    async delete(place, { ifGenerationMatch, ignoreMissing = false }) {
      let attempts = 0;
      try {
        await client.retry(async (number) => {
          attempts = number;
          await client.sendOnce({ method: 'DELETE', path: objectPath(place), query: { ifGenerationMatch } });
        });
      } catch (error) {
        // After a lost answer, gone is what it was to become.
        if (statusOf(error) === 404 && (ignoreMissing || attempts > 1)) return;
        throw gsError('delete', place, error);
      }
    },
  };
}
