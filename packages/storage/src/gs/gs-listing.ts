import { formatGsUri, type GsUri } from '../gs-uri.js';
import type { ListEntry } from '../object-store.js';
import type { GsClient } from './gs-client.js';
import { gsError } from './gs-errors.js';
import { gsInfo, RESOURCE_FIELDS, type GsResource } from './gs-resource.js';

interface Page {
  readonly items?: readonly (GsResource & { readonly name: string })[];
  readonly prefixes?: readonly string[];
  readonly nextPageToken?: string;
}

/**
 * Objects by the start of their name, page by page; with `delimiter` those up to the next one, and what is below it as
 * folders.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/list
 */
export async function* listObjects(
  client: GsClient,
  place: GsUri,
  { delimiter, startAt }: { readonly delimiter?: string; readonly startAt?: GsUri },
): AsyncGenerator<ListEntry> {
  const { bucket, object: prefix } = place;
  const query = {
    prefix,
    delimiter,
    startOffset: startAt?.object,
    // Less than half of what is sent otherwise.
    fields: `items(${RESOURCE_FIELDS}),prefixes,nextPageToken`,
  };
  let pageToken: string | undefined;
  do {
    const {
      items = [],
      prefixes = [],
      nextPageToken,
    } = await client.send({ method: 'GET', path: `b/${bucket}/o`, query: { ...query, pageToken } }).then(
      ({ body }) => body as Page,
      (error: unknown) => {
        throw gsError('list', place, error);
      },
    );
    yield* inOrder([
      ...items.map((item): Named => {
        const info = gsInfo({ bucket, object: item.name }, item);
        return { name: item.name, entry: { kind: 'object', uri: info.uri, info } };
      }),
      ...prefixes.map((object): Named => {
        return { name: object, entry: { kind: 'folder', uri: formatGsUri({ bucket, object }) } };
      }),
    ]);
    pageToken = nextPageToken;
  } while (pageToken !== undefined);
}

interface Named {
  readonly name: string;
  readonly entry: ListEntry;
}

/** A page holds what is between two names, but objects and prefixes apart. */
function inOrder(entries: readonly Named[]): readonly ListEntry[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ entry }) => entry);
}
