import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';

/** Refuses a change that makes another object of one. @throws {ApiError} 400, 409 for a stale version, 422 for the uid */
export function checkIdentity(
  resource: Resource,
  live: KubeObject,
  next: KubeObject,
  { namespace, name }: { namespace: string | undefined; name: string },
): void {
  const { metadata } = next;
  if (metadata.name === undefined || metadata.name === '') {
    throw errors.badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== name) {
    throw errors.badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  if (resource.namespaced && metadata.namespace !== namespace) {
    throw errors.badRequest(
      `the namespace of the object (${metadata.namespace ?? ''}) does not match the namespace on the request (${namespace ?? ''})`,
    );
  }
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion) {
    throw errors.conflict(resource, name, errors.STALE);
  }
  if (metadata.uid !== undefined && metadata.uid !== live.metadata.uid) {
    const error = fault.invalid('metadata.uid', metadata.uid, 'field is immutable');
    throw errors.invalid(resource, name, resource.custom === undefined ? [error, error] : [error]);
  }
}
