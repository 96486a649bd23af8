import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Operations } from '../operations.js';
import type { Resource } from '../resources.js';
import { checkEviction } from '../subresources/eviction.js';
import type { WriteOptions } from '../write-options.js';
import { parseBody } from './body.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';
import { writeOptions } from './object-request.js';

/** POST to a subresource: binding, eviction, token. */
export function createSubresource(
  { operations, store, clock, authenticator }: ObjectDeps,
  request: ObjectRequest,
): KubeObject | object {
  const { resource, namespace, name, subresource } = request;
  const options = writeOptions(request, 'CreateOptions');
  const body = parseBody(request.body, request.contentType, resource.kind) as Fields;
  const live = operations.stored(resource, namespace, name);
  const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  if (subresource === 'binding') {
    bindPod(operations, resource, live, { body, options });
    return success;
  }
  if (subresource === 'eviction') {
    checkEviction(store, live);
    const { gracePeriodSeconds, propagationPolicy, dryRun } = (body['deleteOptions'] ?? {}) as Fields;
    operations.delete(resource, namespace, name, {
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      dryRun: (dryRun ?? []).length > 0 || options.dryRun === true,
    });
    return success;
  }
  const seconds: number = body['spec']?.expirationSeconds ?? 3600;
  if (seconds < 600) {
    throw errors.invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, name, [
      fault.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ]);
  }
  const expiresMs = clock.now() + seconds * 1000;
  const token = authenticator.issue({ namespace: namespace ?? '', name, uid: live.metadata.uid ?? '' }, expiresMs);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: operations.now() },
    spec: {
      audiences: body['spec']?.audiences ?? ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: seconds,
      boundObjectRef: body['spec']?.boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: `${new Date(expiresMs).toISOString().slice(0, 19)}Z` },
  };
}

function bindPod(
  operations: Operations,
  resource: Resource,
  live: KubeObject,
  { body, options }: { body: Fields; options: WriteOptions },
): void {
  const name = live.metadata.name ?? '';
  const node: string = body['target']?.name ?? '';
  if (live.spec?.['nodeName']) {
    throw errors.conflict(
      { ...resource, resource: 'pods/binding' },
      name,
      `pod ${name} is already assigned to node "${live.spec['nodeName']}"`,
    );
  }
  if (node === '') throw errors.invalid({ group: '', kind: 'Binding' }, name, [fault.required('target.name')]);
  const next = structuredClone(live);
  next.spec = { ...next.spec, nodeName: node };
  const conditions: Fields[] = next.status?.['conditions'] ?? [];
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: operations.now() };
  next.status = {
    ...next.status,
    conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled],
  };
  const { subresource: _subresource, ...rest } = options;
  const bound = operations.write(resource, live, next, { ...rest, subresource: 'binding' });
  void bound;
}
