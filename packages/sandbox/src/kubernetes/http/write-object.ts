import { isObject } from '../equal.js';
import * as errors from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import { readCustomMetadata } from '../read-object.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import { toScale, withScale } from '../subresources/scale.js';
import type { Written } from '../write-options.js';
import { parseBody } from './body.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';
import { writeOptions } from './object-request.js';

/** POST of a new object. */
export function createObject({ operations }: ObjectDeps, request: ObjectRequest): KubeObject {
  const options = writeOptions(request, 'CreateOptions');
  const body = parseBody(request.body, request.contentType, request.resource.kind);
  checkVersion(request.resource, body);
  return operations.create(request.resource, request.namespace, body, options);
}

/** PUT of an object, its status or its scale. */
export function replaceObject({ operations }: ObjectDeps, request: ObjectRequest): Written {
  const { resource, namespace, name, subresource } = request;
  const options = writeOptions(request, 'UpdateOptions');
  const body = parseBody(request.body, request.contentType, resource.kind);
  if (subresource !== 'scale') checkVersion(resource, body);
  if (subresource === 'scale' && resource.scale !== undefined) {
    const live = operations.stored(resource, namespace, name);
    const next = withScale(resource, resource.scale, live, body);
    return { object: toScale(resource.scale, operations.write(resource, live, next, options)), created: false };
  }
  return operations.update(resource, namespace, name, body, options);
}

// Custom resources are decoded for one version only. What cannot be decoded at all is told first.
function checkVersion(resource: Resource, body: unknown): void {
  const expected = apiVersionOf(resource);
  if (resource.custom === undefined || !isObject(body)) return;
  const { apiVersion } = body;
  if (typeof apiVersion !== 'string' || apiVersion === expected) return;
  readCustomMetadata(resource, body);
  const why = `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
  throw errors.badRequest(why);
}
