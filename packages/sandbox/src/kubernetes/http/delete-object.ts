import { ApiError } from '../api-error.js';
import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { DeleteOptions } from '../write-options.js';
import { parseBody } from './body.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';

/** The options of a DELETE, from its body and query. @throws {ApiError} 400, 422 for contradictions */
export function deleteOptions({ query, body, contentType }: ObjectRequest): DeleteOptions {
  const sent = body.length === 0 ? {} : (parseBody(body, contentType, 'DeleteOptions') as Fields);
  if (sent['kind'] !== undefined && sent['kind'] !== 'DeleteOptions') {
    throw errors.badRequest(`decoded object cannot be converted to DeleteOptions: ${String(sent['kind'])}`);
  }
  // With a body the query does not count, not even its dryRun.
  const asked = body.length === 0 ? query : new URLSearchParams();
  const grace = asked.get('gracePeriodSeconds');
  const orphan =
    sent['orphanDependents'] ?? (asked.has('orphanDependents') ? asked.get('orphanDependents') === 'true' : undefined);
  const policy: string | undefined = sent['propagationPolicy'] ?? asked.get('propagationPolicy') ?? undefined;
  const dryRun: string[] = sent['dryRun'] ?? asked.getAll('dryRun');
  const faults: errors.FieldError[] = [];
  if (policy !== undefined && orphan !== undefined && orphan !== null) {
    faults.push(
      fault.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    faults.push(fault.notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (dryRun.some((value) => value !== 'All')) faults.push(fault.notSupported('dryRun', dryRun, ['All']));
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  const seconds: unknown = sent['gracePeriodSeconds'] ?? (grace === null ? undefined : Number(grace));
  const propagationPolicy = policy ?? (typeof orphan === 'boolean' ? (orphan ? 'Orphan' : 'Background') : undefined);
  const { uid, resourceVersion } = (sent['preconditions'] ?? {}) as Fields;
  return {
    ...(typeof seconds === 'number' ? { gracePeriodSeconds: seconds } : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy: propagationPolicy as 'Orphan' }),
    ...(uid === undefined || uid === null ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === null ? {} : { resourceVersion }),
    dryRun: dryRun.length > 0,
  };
}

/** DELETE of one object: the object where it lives on, else a Status. */
export function deleteObject({ operations }: ObjectDeps, request: ObjectRequest): object {
  const { resource, namespace, name } = request;
  const options = deleteOptions(request);
  const { uid } = operations.stored(resource, namespace, name).metadata;
  const left = operations.delete(resource, namespace, name, options);
  if (left !== undefined) return left;
  const group = resource.group === '' ? {} : { group: resource.group };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...group, kind: resource.resource, uid },
  };
}

/** Objects of a collection as they were before it was deleted. */
export function deleteCollection(
  { operations }: ObjectDeps,
  request: ObjectRequest,
  objects: readonly KubeObject[],
): void {
  const options = deleteOptions(request);
  for (const { metadata } of objects) {
    try {
      operations.delete(request.resource, metadata.namespace, metadata.name ?? '', options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error; // gone meanwhile is what was asked for
    }
  }
}
