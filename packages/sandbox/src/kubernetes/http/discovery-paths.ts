import * as discovery from '../discovery.js';
import * as errors from '../errors.js';
import { EMPTY_OPENAPI_V2, openApiDocument, openApiIndex } from '../openapi.js';
import type { ResourceRegistry } from '../resources.js';
import { discoveryVersion, parseMediaRanges } from './accept.js';
import type { Exchange } from './exchange.js';
import { send, sendJson, sendText } from './render.js';

function segmentsOf(pathname: string): string[] {
  return pathname.split('/').filter((part) => part !== '');
}

/** Is a path of objects rather than of the API itself? */
export function isOfObjects(pathname: string): boolean {
  const segments = segmentsOf(pathname);
  const [root] = segments;
  return (root === 'api' && segments.length > 2) || (root === 'apis' && segments.length > 3);
}

/** Answers what is asked about the API itself: discovery, OpenAPI, the root. @throws {ApiError} 404, 405, 406 */
export function serveDiscovery(registry: ResourceRegistry, exchange: Exchange): void {
  const { request, response, url } = exchange;
  const segments = segmentsOf(url.pathname).map(decodeURIComponent);
  const [root, group = '', version = ''] = segments;
  if (root === 'openapi') return serveOpenApi(registry, exchange);
  if (root !== 'api' && root !== 'apis') {
    return sendJson(response, segments.length === 0 ? 200 : 404, JSON.stringify({ paths: rootPaths(registry) }));
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw errors.methodNotAllowed();
  if (segments.length === 1) return serveGroups(registry, exchange, root === 'api');
  const found =
    root === 'api'
      ? discovery.apiResourceList(registry, '', group)
      : segments.length === 2
        ? discovery.apiGroup(registry, group)
        : discovery.apiResourceList(registry, group, version);
  if (found !== undefined) return sendJson(response, 200, JSON.stringify(found));
  if (root === 'apis' && registry.hasGroup(group)) throw errors.unknownPath();
  sendText(response, 404, '404 page not found\n');
}

function serveGroups(registry: ResourceRegistry, { request, response }: Exchange, isCore: boolean): void {
  const aggregated = discoveryVersion(request.headers.accept);
  const headers = { vary: 'Accept' };
  if (aggregated === undefined) {
    const address = request.headers.host ?? 'localhost';
    const plain = isCore ? discovery.apiVersions(address) : discovery.apiGroupList(registry);
    return sendJson(response, 200, JSON.stringify(plain), headers);
  }
  const list = discovery.groupDiscoveryList(registry, isCore, aggregated);
  const type = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
  sendJson(response, 200, JSON.stringify(list), { ...headers, 'content-type': type });
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

function serveOpenApi(registry: ResourceRegistry, { request, response, url }: Exchange): void {
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
      return send(response, 406, '', {});
    }
    return send(response, 200, EMPTY_OPENAPI_V2, { 'content-type': 'application/octet-stream' });
  }
  if (pathname === '/openapi/v3') {
    return sendJson(response, 200, JSON.stringify(openApiIndex(registry)));
  }
  const document = openApiDocument(registry, pathname.replace(/^\/openapi\/v3\//, ''));
  if (document === undefined) sendText(response, 404, '404 page not found\n');
  else sendJson(response, 200, JSON.stringify(document));
}
