import { ApiError } from '../api-error.js';
import { fromStored } from '../convert.js';
import { badRequest, expired, fault, invalid } from '../errors.js';
import { compileFieldSelector } from '../field-selectors.js';
import type { KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import { parseLabelSelector } from '../selectors.js';
import type { ObjectStore } from '../store.js';

/** A page of objects with the metadata of its list. */
export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** Which part of a resource. */
export interface ListScope {
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
}

interface Continue {
  readonly rv: number;
  readonly start: string;
}

/** Does an object belong to a list or watch? */
export function compileSelection(resource: Resource, query: URLSearchParams): (object: KubeObject) => boolean {
  const labels = parseLabelSelector(query.get('labelSelector') ?? undefined);
  const fields = compileFieldSelector(resource, query.get('fieldSelector') ?? undefined);
  return (object) => labels(object.metadata.labels) && fields(object);
}

/** A whole number from a query. @throws {ApiError} 400 */
export function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** A resourceVersion from a query; `undefined` when absent. @throws {ApiError} 400 */
export function readVersion(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`);
}

/**
 * Lists with selectors, paging and versions. All pages of a list show the state at its first.
 *
 * @throws {ApiError} 400, 410 for a forgotten page or version, 422 for versions that do not go together, 504 for one of
 * the future
 */
export function listPage(store: ObjectStore, resource: Resource, { namespace, query }: ListScope): ListPage {
  const belongs = compileSelection(resource, query);
  const limit = readNumber(query, 'limit') ?? 0;
  const token = query.get('continue') ?? '';
  const at = versionOf(store, resource, query, token);
  const isCurrent = at === undefined || at.version === store.version;
  const version = at?.version ?? store.version;
  const all = isCurrent ? store.list(resource.bucket, namespace) : store.listAt(resource.bucket, version, namespace);
  if (all === undefined) throw expiredPage(store, at?.start);
  const selects = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
  const objects = at?.start === undefined ? all : all.filter((object) => keyOf(object) > (at.start ?? ''));
  const matching = selects ? objects.filter(belongs) : objects;
  const page = limit > 0 ? matching.slice(0, limit) : matching;
  const left = matching.length - page.length;
  const last = page.at(-1);
  // Whether what is left matches is not known to the real server, unless one name is asked for.
  const isCut =
    limit > 0 && page.length === limit && !/(^|,)metadata\.name==?[^,]/.test(query.get('fieldSelector') ?? '');
  const more = isCut && last !== undefined && objects.at(-1) !== last;
  return {
    items: shownAs(resource, page),
    metadata: {
      resourceVersion: String(version),
      ...(more ? { continue: encodeToken({ rv: version, start: keyOf(last) }) } : {}),
      ...(more && !selects ? { remainingItemCount: left } : {}),
    },
  };
}

const shownLists = new WeakMap<readonly KubeObject[], Map<string, readonly KubeObject[]>>();

// The same list for the same stored list, so that what is made of it is made once.
function shownAs(resource: Resource, stored: readonly KubeObject[]): readonly KubeObject[] {
  const versions = shownLists.get(stored) ?? new Map<string, readonly KubeObject[]>();
  const apiVersion = apiVersionOf(resource);
  let shown = versions.get(apiVersion);
  if (shown === undefined) {
    shown = Object.freeze(stored.map((object) => fromStored(resource, object)));
    versions.set(apiVersion, shown);
    if (Object.isFrozen(stored)) shownLists.set(stored, versions);
  }
  return shown;
}

interface Position {
  readonly version: number;
  readonly start?: string;
}

function versionOf(
  store: ObjectStore,
  resource: Resource,
  query: URLSearchParams,
  token: string,
): Position | undefined {
  const asked = query.get('resourceVersion');
  const match = query.get('resourceVersionMatch') ?? '';
  checkMatch(asked ?? '', match, token);
  if (token !== '') {
    if (asked !== null && asked !== '' && asked !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const { rv, start } = decodeToken(token);
    return { version: rv < 0 ? store.version : rv, start };
  }
  const version = readVersion(asked);
  if (version === undefined || version === 0) return undefined;
  if (version > store.version) throw tooLarge(version, store.version);
  const limited = (readNumber(query, 'limit') ?? 0) > 0;
  return match === 'Exact' || (match === '' && limited) ? { version } : undefined;
}

function checkMatch(version: string, match: string, token: string): void {
  if (match === '') return;
  const refuse = (error: ReturnType<typeof fault.forbidden>): never => {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [error]);
  };
  const field = 'resourceVersionMatch';
  if (token !== '') refuse(fault.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
  if (version === '')
    refuse(fault.forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    refuse(fault.notSupported(field, match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && version === '0') {
    refuse(fault.forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
}

function tooLarge(version: number, current: number): ApiError {
  return new ApiError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${version}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

function expiredPage(store: ObjectStore, start: string | undefined): ApiError {
  if (start === undefined) return expired('The resourceVersion for the provided list is too old.');
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
    'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
    'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between ' +
    'the time the first chunk was returned and now may show up in the list.';
  return expired(message, encodeToken({ rv: -1, start }));
}

// NUL sorts before all characters of names, so that keys sort as namespace and name do.
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}\u0000${metadata.name ?? ''}`;
}

function encodeToken({ rv, start }: Continue): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
}

function decodeToken(token: string): Continue {
  const refuse = (): never => {
    throw badRequest('continue key is not valid: illegal base64 data or JSON');
  };
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const { rv, start } = value as Partial<Continue>;
    return typeof rv === 'number' && typeof start === 'string' ? { rv, start } : refuse();
  } catch {
    return refuse();
  }
}
