import type { IncomingMessage, ServerResponse } from 'node:http';
import { admitDeletion, admitted, isReviewed } from '../admission/admit.js';
import type { AdmissionRequest } from '../admission/admit.js';
import type { WebhookDeps } from '../admission/webhooks.js';
import { ApiError } from '../api-error.js';
import { fromStored } from '../convert.js';
import * as discovery from '../discovery.js';
import * as errors from '../errors.js';
import type { KubeObject, PodRuntime } from '../kube-api.js';
import { EMPTY_OPENAPI_V2, openApiDocument, openApiIndex } from '../openapi.js';
import { toPartial, toTable } from '../printing/table.js';
import type { IncludeObject } from '../printing/table.js';
import type { Resource, ResourceRegistry } from '../resources.js';
import { sendLog } from '../subresources/logs.js';
import { review } from '../subresources/reviews.js';
import { requireReplicas, toScale } from '../subresources/scale.js';
import { discoveryVersion, negotiate, parseMediaRanges } from './accept.js';
import type { Negotiated } from './accept.js';
import { parseBody, readBody } from './body.js';
import { listPage } from './list.js';
import * as objects from './objects.js';
import type { ObjectDeps, ObjectRequest } from './objects.js';
import { parsePath } from './path.js';
import type { ResourcePath } from './path.js';
import { itemJson, jsonOf, send, sendError, sendJson, sendText, sendYaml } from './render.js';
import { streamWatch } from './watch.js';

/** What the router serves from. */
export interface RouterDeps extends ObjectDeps {
  readonly registry: ResourceRegistry;
  /** `/version`. */
  readonly version: Readonly<Record<string, string>>;
  readonly podRuntime: PodRuntime | undefined;
  /** A new id for the `Audit-Id` header. */
  readonly newAuditId: () => string;
  /** Ends all watches. */
  readonly signal: AbortSignal;
  readonly logger: { error(message: string, fields?: Record<string, unknown>): void };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers one request; never rejects. */
export async function route(deps: RouterDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('audit-id', deps.newAuditId());
    if (isPublic(url.pathname)) return servePublic(deps, { request, response, url });
    const user = deps.authenticator.authenticate(request.headers.authorization);
    if (!(await serveDiscovery(deps, { request, response, url })))
      await serveResource(deps, { request, response, url }, user);
  } catch (error) {
    fail(deps, { request, response, error });
  }
}

function fail(
  deps: RouterDeps,
  { request, response, error }: { request: IncomingMessage; response: ServerResponse; error: unknown },
): void {
  request.resume(); // what is left of the body must not hold up the connection
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof ApiError) {
    sendError(response, error, { asYaml: wantsYaml(request.headers.accept) });
    return;
  }
  if (request.destroyed && !request.complete) return;
  deps.logger.error('kubernetes request failed', { method: request.method, path: request.url, error: String(error) });
  sendError(response, errors.internal(error instanceof Error ? error.message : String(error)));
}

function wantsYaml(accept: string | undefined): boolean {
  try {
    return negotiate(accept).type === 'yaml';
  } catch {
    return false; // nothing acceptable: refusals are JSON then
  }
}

function isPublic(path: string): boolean {
  return path === '/version' || /^\/(healthz|livez|readyz)(\/|$)/.test(path);
}

function servePublic(deps: RouterDeps, { response, url }: Exchange): void {
  if (url.pathname !== '/version') return sendText(response, 200, 'ok');
  sendJson(response, 200, JSON.stringify(deps.version, undefined, 2));
}

async function serveDiscovery(deps: RouterDeps, exchange: Exchange): Promise<boolean> {
  const { request, response, url } = exchange;
  const { registry } = deps;
  const segments = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, group = '', version = ''] = segments;
  if (root === 'openapi') return serveOpenApi(deps, exchange);
  if (root !== 'api' && root !== 'apis') {
    sendJson(response, segments.length === 0 ? 200 : 404, JSON.stringify({ paths: rootPaths(registry) }));
    return true;
  }
  const depth = root === 'api' ? segments.length + 1 : segments.length;
  if (depth > 3) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') throw errors.methodNotAllowed();
  if (segments.length === 1) {
    const aggregated = discoveryVersion(request.headers.accept);
    const headers = { vary: 'Accept' };
    if (aggregated === undefined) {
      const address = request.headers.host ?? 'localhost';
      const plain = root === 'api' ? discovery.apiVersions(address) : discovery.apiGroupList(registry);
      sendJson(response, 200, JSON.stringify(plain), headers);
    } else {
      const list = discovery.groupDiscoveryList(registry, root === 'api', aggregated);
      const type = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
      sendJson(response, 200, JSON.stringify(list), { ...headers, 'content-type': type });
    }
    return true;
  }
  const found =
    root === 'api'
      ? discovery.apiResourceList(registry, '', group)
      : segments.length === 2
        ? discovery.apiGroup(registry, group)
        : discovery.apiResourceList(registry, group, version);
  if (found !== undefined) sendJson(response, 200, JSON.stringify(found));
  else if (root === 'apis' && registry.hasGroup(group)) throw errors.unknownPath();
  else sendText(response, 404, '404 page not found\n');
  return true;
}

function rootPaths(registry: ResourceRegistry): string[] {
  const groups = registry
    .all()
    .filter(({ group }) => group !== '')
    .flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`]);
  return [
    '/api',
    '/api/v1',
    '/apis',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
    ...new Set(groups),
  ].sort();
}

function serveOpenApi({ registry }: RouterDeps, { request, response, url }: Exchange): boolean {
  const { pathname } = url;
  if (pathname === '/openapi/v2') {
    const accepted = parseMediaRanges(request.headers.accept ?? '*/*').map(({ type }) => type);
    const known = accepted.some(
      (type) =>
        type === '*/*' ||
        type.startsWith('application/json') ||
        type.startsWith('application/com.github.proto-openapi'),
    );
    if (!known) {
      send(response, 406, '', {});
      return true;
    }
    send(response, 200, EMPTY_OPENAPI_V2, { 'content-type': 'application/octet-stream' });
    return true;
  }
  if (pathname === '/openapi/v3') {
    sendJson(response, 200, JSON.stringify(openApiIndex(registry)));
    return true;
  }
  const document = openApiDocument(registry, pathname.replace(/^\/openapi\/v3\//, ''));
  if (document === undefined) sendText(response, 404, '404 page not found\n');
  else sendJson(response, 200, JSON.stringify(document));
  return true;
}

async function serveResource(
  deps: RouterDeps,
  exchange: Exchange,
  user: ReturnType<ObjectDeps['authenticator']['authenticate']>,
): Promise<void> {
  const { request, response, url } = exchange;
  const path = parsePath(url.pathname);
  const resource = path && deps.registry.find(path.group, path.version, path.resource);
  if (path === undefined || resource === undefined || !fits(resource, path)) {
    request.resume();
    // Paths of definitions that lead nowhere are unknown to all handlers, as on the real server; subresources are not.
    const isOwn = path !== undefined && deps.registry.isBuiltinGroup(path.group);
    if (
      path?.subresource !== undefined &&
      resource?.custom !== undefined &&
      resource.namespaced === (path.namespace !== undefined)
    ) {
      throw errors.notFound(resource, path.name ?? '');
    }
    const known = isOwn || (path !== undefined && resource !== undefined);
    if (known) throw errors.unknownPath();
    return sendText(response, 404, '404 page not found\n');
  }
  if (resource.warning !== undefined) response.setHeader('warning', warningText(resource.warning));
  const verb = verbOf(request.method ?? 'GET', path, url.searchParams);
  const subresource = resource.subresources.find(({ name }) => name === path.subresource);
  const allowed = subresource?.verbs ?? resource.verbs;
  const asked = subresource === undefined ? verb : verb === 'watch' ? 'get' : verb;
  if (resource.custom !== undefined && /^(update|patch)-collection$/.test(asked)) {
    throw errors.badRequest('name must be provided');
  }
  if (!allowed.includes(asked)) throw errors.methodNotAllowed();
  if (/^Pod(Attach|Exec|PortForward)Options$/.test(subresource?.kind ?? ''))
    throw errors.badRequest('Upgrade request required');
  if (asked === 'deletecollection' && resource.namespaced && path.namespace === undefined)
    throw errors.methodNotAllowed();
  if (asked === 'create' && resource.namespaced && path.namespace === undefined) throw errors.methodNotAllowed();
  const body = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(request.method ?? '')
    ? await readBody(request)
    : Buffer.alloc(0);
  const warnings: string[] = [];
  const wanted: ObjectRequest = {
    resource,
    namespace: resource.namespaced ? path.namespace : undefined,
    name: path.name ?? '',
    subresource: path.subresource,
    query: url.searchParams,
    contentType: request.headers['content-type'],
    userAgent: request.headers['user-agent'],
    body,
    warnings,
  };
  const accepted =
    path.subresource === 'log'
      ? ({ type: 'json' } as const)
      : negotiate(request.headers.accept, resource.custom !== undefined);
  await serveVerb(deps, { ...exchange, path, wanted, verb: asked, accepted, user });
}

function warningText(text: string): string {
  return `299 - ${JSON.stringify(text)}`;
}

function fits(resource: Resource, { namespace, name, subresource }: ResourcePath): boolean {
  if (namespace !== undefined && !resource.namespaced) return false;
  if (namespace === undefined && resource.namespaced && name !== undefined) return false;
  return subresource === undefined || resource.subresources.some((one) => one.name === subresource);
}

function verbOf(method: string, { name, subresource, isWatch }: ResourcePath, query: URLSearchParams): string {
  const watches = isWatch || (name === undefined && ['1', 'true'].includes(query.get('watch') ?? ''));
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watches ? 'watch' : name === undefined ? 'list' : 'get';
    case 'POST':
      return name === undefined || subresource !== undefined ? 'create' : 'create-named';
    case 'PUT':
      return name === undefined ? 'update-collection' : 'update';
    case 'PATCH':
      return name === undefined ? 'patch-collection' : 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return method;
  }
}

interface Call extends Exchange {
  readonly path: ResourcePath;
  readonly wanted: ObjectRequest;
  readonly verb: string;
  readonly accepted: Negotiated;
  readonly user: ReturnType<ObjectDeps['authenticator']['authenticate']>;
}

async function serveVerb(deps: RouterDeps, call: Call): Promise<void> {
  const { wanted, verb, response } = call;
  const { resource, namespace, name, query } = wanted;
  switch (verb) {
    case 'get': {
      const object = deps.operations.get(asNamed(resource, wanted.subresource), namespace, name);
      if (wanted.subresource === 'log') return sendLog(deps, object, query, response);
      const scale = wanted.subresource === 'scale' ? resource.scale : undefined;
      if (scale !== undefined) requireReplicas(scale, object);
      return sendObject(deps, call, { status: 200, object: scale === undefined ? object : toScale(scale, object) });
    }
    case 'list':
      return sendList(deps, call, listPage(deps.store, resource, { namespace, query }));
    case 'watch': {
      const watched = call.path.name === undefined ? query : withName(query, call.path.name);
      return streamWatch(
        deps,
        { resource, namespace, query: watched, accepted: call.accepted, signal: deps.signal },
        response,
      );
    }
    case 'create':
      return sendObject(deps, call, {
        status: 201,
        object: await write(deps, call, 'CreateOptions', (admitted) => create(deps, { ...call, wanted: admitted })),
      });
    case 'update': {
      const { object, created } = await write(deps, call, 'UpdateOptions', (admitted) =>
        objects.replaceObject(deps, admitted),
      );
      return sendObject(deps, call, { status: created ? 201 : 200, object });
    }
    case 'patch': {
      const { object, created } = await write(deps, call, 'PatchOptions', (admitted) =>
        objects.patchObject(deps, admitted),
      );
      return sendObject(deps, call, { status: created ? 201 : 200, object });
    }
    case 'delete':
      await reviewDeletion(deps, call, name);
      return sendObject(deps, call, { status: 200, object: objects.deleteObject(deps, wanted) });
    case 'deletecollection': {
      const page = listPage(deps.store, resource, { namespace, query: withoutDeleteOptions(query) });
      for (const { metadata } of page.items) await reviewDeletion(deps, call, metadata.name ?? '');
      objects.deleteCollection(deps, wanted, page.items);
      return sendList(deps, call, page);
    }
    default:
      throw errors.methodNotAllowed();
  }
}

/** Carries out a write, with the consent of webhooks where it is theirs to give. */
async function write<T>(
  deps: RouterDeps,
  call: Call,
  kind: string,
  perform: (request: ObjectRequest) => T,
): Promise<T> {
  const { wanted } = call;
  if (!isReviewed(wanted.resource, wanted.subresource)) return perform(wanted);
  return admitted(webhookDeps(deps), admissionRequest(deps, call, kind), (admission) =>
    perform({ ...wanted, admission }),
  );
}

async function reviewDeletion(deps: RouterDeps, call: Call, name: string): Promise<void> {
  const { resource, namespace } = call.wanted;
  const live = deps.store.get(resource.bucket, namespace, name);
  if (live === undefined) return; // the deletion itself tells
  const request = admissionRequest(deps, { ...call, wanted: { ...call.wanted, name } }, 'DeleteOptions');
  await admitDeletion(webhookDeps(deps), request, fromStored(resource, live));
}

function webhookDeps({ store, newAuditId, signal }: RouterDeps): WebhookDeps {
  return { store, newId: newAuditId, signal };
}

function admissionRequest({ operations }: RouterDeps, { wanted, user }: Call, kind: string): AdmissionRequest {
  const { resource, namespace, name, query, subresource, warnings } = wanted;
  const { fieldManager, dryRun } = { fieldManager: query.get('fieldManager'), dryRun: query.getAll('dryRun') };
  return {
    user,
    resource,
    namespace,
    name,
    warnings,
    read: (object) => operations.read(resource, object, { fieldValidation: 'Ignore' }),
    dryRun: dryRun.length > 0,
    options: {
      kind,
      ...(fieldManager === null ? {} : { fieldManager }),
      ...(dryRun.length === 0 ? {} : { dryRun }),
    },
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function create(deps: RouterDeps, { wanted, user }: Call): object {
  const { resource } = wanted;
  if (wanted.subresource !== undefined) return objects.createSubresource(deps, wanted);
  if (!resource.ephemeral) return objects.createObject(deps, wanted);
  const options = objects.writeOptions(wanted, 'CreateOptions');
  const body = deps.operations.read(resource, parseBody(wanted.body, wanted.contentType, resource.kind), options);
  return review(body, {
    user,
    authenticate: (token) => deps.authenticator.userOf(token),
    authorize: () => ({ allowed: true }),
  });
}

// A missing object is reported under the name of the subresource where that has a store of its own.
function asNamed(resource: Resource, subresource: string | undefined): Resource {
  return subresource === 'scale' && resource.bucket !== 'statefulsets.apps' && resource.custom === undefined
    ? { ...resource, resource: `${resource.resource}/scale` }
    : resource;
}

function withName(query: URLSearchParams, name: string): URLSearchParams {
  const result = new URLSearchParams(query);
  const selector = result.get('fieldSelector');
  result.set(
    'fieldSelector',
    [selector, `metadata.name=${name}`].filter((part) => part !== null && part !== '').join(','),
  );
  return result;
}

function withoutDeleteOptions(query: URLSearchParams): URLSearchParams {
  const result = new URLSearchParams(query);
  for (const name of ['gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'dryRun']) result.delete(name);
  return result;
}

function includeOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') ?? 'Metadata';
  if (include === 'None' || include === 'Metadata' || include === 'Object' || include === '')
    return include === '' ? 'Metadata' : include;
  throw errors.badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
}

function sendObject(deps: RouterDeps, call: Call, { status, object }: { status: number; object: object }): void {
  const { accepted, response, wanted } = call;
  const { resource, query, warnings } = wanted;
  if (warnings.length > 0) response.setHeader('warning', [...new Set(warnings)].map(warningText));
  const isOwnKind = (object as KubeObject).kind === resource.kind && 'metadata' in object;
  if (accepted.as === 'Table' && isOwnKind) {
    const one = object as KubeObject;
    const listMeta = { resourceVersion: one.metadata.resourceVersion };
    const nowMs = deps.clock.now();
    const table = toTable(resource, [one], {
      nowMs,
      include: includeOf(query),
      version: accepted.version ?? 'v1',
      listMeta,
    });
    return sendJson(response, status, JSON.stringify(table));
  }
  if (accepted.as === 'PartialObjectMetadata' && isOwnKind) {
    return sendJson(response, status, JSON.stringify(toPartial(object as KubeObject, accepted.version)));
  }
  if (accepted.type === 'yaml') return sendYaml(response, status, object);
  sendJson(response, status, jsonOf(object));
}

function sendList(deps: RouterDeps, call: Call, page: ReturnType<typeof listPage>): void {
  const { accepted, response, wanted } = call;
  const { resource, query } = wanted;
  const { as, version = 'v1' } = accepted;
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  if (as === 'Table') {
    const nowMs = deps.clock.now();
    const table = toTable(resource, page.items, { nowMs, include: includeOf(query), version, listMeta: page.metadata });
    return sendJson(response, 200, JSON.stringify(table));
  }
  if (as === 'PartialObjectMetadataList') {
    const items = page.items.map((item) => toPartial(item, version));
    return sendJson(
      response,
      200,
      JSON.stringify({ kind: as, apiVersion: `meta.k8s.io/${version}`, metadata: page.metadata, items }),
    );
  }
  const metadata = resource.custom === undefined ? page.metadata : { continue: '', ...page.metadata };
  const text = `{"kind":${JSON.stringify(resource.listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[${page.items.map((item) => itemJson(resource, item)).join(',')}]}`;
  if (accepted.type === 'yaml') return sendYaml(response, 200, JSON.parse(text));
  sendJson(response, 200, text);
}
