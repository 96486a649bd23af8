import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../api-error.js';
import { isEqual } from '../equal.js';
import * as errors from '../errors.js';
import type { Authorizer } from '../authorization/rbac.js';
import type { Attributes } from '../authorization/attributes.js';
import { authorize } from '../authorization/authorize.js';
import { impersonated } from '../authorization/impersonation.js';
import type { User } from '../authorization/user.js';
import type { KubeObject, PodRuntime } from '../kube-api.js';
import type { Resource, ResourceRegistry } from '../resources.js';
import { sendLog } from '../subresources/logs.js';
import { review } from '../subresources/reviews.js';
import { requireReplicas, toScale } from '../subresources/scale.js';
import { negotiate } from './accept.js';
import type { Answered } from './answers.js';
import { sendList, sendObject, warningText } from './answers.js';
import { parseBody, readBody } from './body.js';
import { isOfObjects, serveDiscovery } from './discovery-paths.js';
import type { Exchange } from './exchange.js';
import { listPage } from './list.js';
import { createSubresource } from './create-subresource.js';
import { deleteCollection, deleteObject } from './delete-object.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';
import { writeOptions } from './object-request.js';
import { patchObject } from './patch-object.js';
import { createObject, replaceObject } from './write-object.js';
import { parsePath } from './path.js';
import type { ResourcePath } from './path.js';
import { sendError, sendJson, sendText } from './render.js';
import { reviewDeletion, reviewedWrite } from './reviewed-writes.js';
import { streamWatch } from './watch.js';

/** What the router serves from. */
export interface RouterDeps extends ObjectDeps {
  readonly registry: ResourceRegistry;
  readonly authorizer: Authorizer;
  /** `/version`. */
  readonly version: Readonly<Record<string, string>>;
  readonly podRuntime: PodRuntime | undefined;
  /** A new id for the `Audit-Id` header. */
  readonly newAuditId: () => string;
  /** Ends all watches. */
  readonly signal: AbortSignal;
  readonly logger: { error(message: string, fields?: Record<string, unknown>): void };
}

/** Answers one request; never rejects. */
export async function route(deps: RouterDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('audit-id', deps.newAuditId());
    if (isPublic(url.pathname)) return servePublic(deps, { request, response, url });
    const { authorizer } = deps;
    const user = impersonated(deps.authenticator.authenticate(request.headers), request.headers, authorizer);
    if (!isOfObjects(url.pathname)) {
      const verb = (request.method ?? 'GET').toLowerCase();
      authorize(authorizer, { user, verb, path: url.pathname });
      return serveDiscovery(deps.registry, { request, response, url });
    }
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

async function serveResource(deps: RouterDeps, exchange: Exchange, user: User): Promise<void> {
  const { request, response, url } = exchange;
  const path = parsePath(url.pathname);
  const verb = path && verbOf(request.method ?? 'GET', path, url.searchParams);
  if (path !== undefined) {
    const about = aboutPath(path, url.searchParams);
    authorize(deps.authorizer, { user, verb: (verb ?? '').replace(/-.*/, ''), ...about });
  }
  const resource = path && deps.registry.find(path.group, path.version, path.resource);
  if (path === undefined || verb === undefined || resource === undefined || !fits(resource, path)) {
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
    admit: (written, object, live) => {
      if (isGrantChanged(object, live)) deps.authorizer.checkGrant(user, written, object);
    },
  };
  const accepted =
    path.subresource === 'log'
      ? ({ type: 'json' } as const)
      : negotiate(request.headers.accept, resource.custom !== undefined);
  await serveVerb(deps, { ...exchange, clock: deps.clock, path, wanted, verb: asked, accepted, user });
}

// What a path is about, as authorization sees it: a namespace is in itself, and who selects one name asks for it.
function aboutPath(path: ResourcePath, query: URLSearchParams): Omit<Attributes, 'user' | 'verb'> {
  const { group, resource, subresource } = path;
  const isNamespace = group === '' && resource === 'namespaces';
  const selected = /^metadata\.name==?([^,=]+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  const name = path.name ?? selected;
  const namespace = path.namespace ?? (isNamespace ? path.name : undefined);
  const filled = Object.entries({ subresource, name, namespace }).filter(([, value]) => value !== undefined);
  return { group, resource, ...Object.fromEntries(filled) };
}

function isGrantChanged(object: KubeObject, live: KubeObject | undefined): boolean {
  const members = ['rules', 'roleRef', 'subjects', 'aggregationRule'];
  return live === undefined || members.some((member) => !isEqual(object[member], live[member]));
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

interface Call extends Exchange, Answered {
  readonly path: ResourcePath;
  readonly verb: string;
  readonly user: User;
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
      return sendObject(call, { status: 200, object: scale === undefined ? object : toScale(scale, object) });
    }
    case 'list':
      return sendList(call, listPage(deps.store, resource, { namespace, query }));
    case 'watch': {
      const watched = call.path.name === undefined ? query : withName(query, call.path.name);
      return streamWatch(
        deps,
        { resource, namespace, query: watched, accepted: call.accepted, signal: deps.signal },
        response,
      );
    }
    case 'create':
      return sendObject(call, {
        status: 201,
        object: await reviewedWrite(deps, call, 'CreateOptions', (admitted) =>
          create(deps, { ...call, wanted: admitted }),
        ),
      });
    case 'update': {
      const { object, created } = await reviewedWrite(deps, call, 'UpdateOptions', (admitted) =>
        replaceObject(deps, admitted),
      );
      return sendObject(call, { status: created ? 201 : 200, object });
    }
    case 'patch': {
      const { object, created } = await reviewedWrite(deps, call, 'PatchOptions', (admitted) =>
        patchObject(deps, admitted),
      );
      return sendObject(call, { status: created ? 201 : 200, object });
    }
    case 'delete':
      await reviewDeletion(deps, call, name);
      return sendObject(call, { status: 200, object: deleteObject(deps, wanted) });
    case 'deletecollection': {
      const page = listPage(deps.store, resource, { namespace, query: withoutDeleteOptions(query) });
      for (const { metadata } of page.items) await reviewDeletion(deps, call, metadata.name ?? '');
      deleteCollection(deps, wanted, page.items);
      return sendList(call, page);
    }
    default:
      throw errors.methodNotAllowed();
  }
}

function create(deps: RouterDeps, { wanted, user }: Call): object {
  const { resource } = wanted;
  if (wanted.subresource !== undefined) return createSubresource(deps, wanted);
  if (!resource.ephemeral) return createObject(deps, wanted);
  const options = writeOptions(wanted, 'CreateOptions');
  const body = deps.operations.read(resource, parseBody(wanted.body, wanted.contentType, resource.kind), options);
  return review(body, {
    user,
    authenticate: (token) => deps.authenticator.userOf(token),
    authorizer: deps.authorizer,
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
