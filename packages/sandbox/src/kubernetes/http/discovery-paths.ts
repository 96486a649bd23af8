import * as discovery from '../discovery.js';
import * as errors from '../errors.js';
import { EMPTY_OPENAPI_V2, openApiDocument, openApiIndex } from '../openapi.js';
import type { ResourceRegistry } from '../resources.js';
import { discoveryVersion, parseMediaRanges } from './accept.js';
import type { Exchange } from './exchange.js';
import { send, sendJson, sendText } from './render.js';

/** Answers what is asked about the API itself: discovery, OpenAPI, the root. `false`: it is about objects. */
export function serveDiscovery(registry: ResourceRegistry, exchange: Exchange): boolean {
  const { request, response, url } = exchange;
  const segments = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, group = '', version = ''] = segments;
  if (root === 'openapi') return serveOpenApi(registry, exchange);
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

function serveOpenApi(registry: ResourceRegistry, { request, response, url }: Exchange): boolean {
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
