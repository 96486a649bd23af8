import { ApiError } from '../api-error.js';
import { fromStored, withoutEmptyBytes } from '../convert.js';
import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import type { Operations } from '../operations.js';
import { applyJsonPatch } from '../patch/json.js';
import { applyMergePatch } from '../patch/merge.js';
import { applyStrategicPatch } from '../patch/strategic.js';
import { apiVersionOf } from '../resources.js';
import type { Resource } from '../resources.js';
import { jsonFault } from '../json-fault.js';
import { toScale, withScale } from '../subresources/scale.js';
import type { WriteOptions, Written } from '../write-options.js';
import { parseMediaRanges } from './accept.js';
import { applyObject } from './apply-object.js';
import { checkIdentity } from './identity.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';
import { writeOptions } from './object-request.js';

const PATCH_TYPES =
  'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml';

/** PATCH by any of the four types. */
export function patchObject(deps: ObjectDeps, request: ObjectRequest): Written {
  const { resource, query } = request;
  const type = parseMediaRanges(request.contentType ?? '')[0]?.type ?? '';
  const known = PATCH_TYPES.split(', ').filter((one) => resource.custom === undefined || !one.includes('strategic'));
  if (!known.includes(type)) {
    if (resource.custom !== undefined) {
      throw errors.unsupportedMediaType(
        `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
      );
    }
    throw errors.unsupportedMediaType('415: Unsupported Media Type', {});
  }
  const options = writeOptions(request, 'PatchOptions');
  const isApply = type === 'application/apply-patch+yaml';
  const faults: errors.FieldError[] = [];
  if (isApply && (query.get('fieldManager') ?? '') === '')
    faults.push(fault.required('fieldManager', 'is required for apply patch'));
  if (!isApply && query.has('force')) faults.push(fault.forbidden('force', 'may not be specified for non-apply patch'));
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', faults);
  return isApply ? applyObject(deps, request, options) : patchLive(deps, request, { type, options });
}

function patchLive(
  { operations }: ObjectDeps,
  request: ObjectRequest,
  { type, options }: { type: string; options: WriteOptions },
): Written {
  const { resource, namespace, name, subresource } = request;
  const scale = subresource === 'scale' ? resource.scale : undefined;
  const stored = operations.stored(resource, namespace, name);
  const patch = parsePatch(request.body, type);
  const live = fromStored(resource, stored);
  const target = scale === undefined ? live : toScale(scale, live);
  const strategic = type === 'application/strategic-merge-patch+json';
  let patched: unknown;
  if (type === 'application/json-patch+json') patched = applyJsonPatch(target, patch);
  else if (strategic && scale === undefined && resource.type !== undefined)
    patched = applyStrategicPatch(resource.type, target, patch);
  else patched = applyMergePatch(target, patch);
  if (scale !== undefined) {
    const next = withScale(resource, scale, live, patched);
    return { object: toScale(scale, operations.write(resource, stored, next, options)), created: false };
  }
  const unknownBefore = resource.type === undefined ? {} : { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  const next = readPatched(operations, resource, { ...unknownBefore, ...(patched as object) }, options);
  checkIdentity(resource, live, next, { namespace, name });
  const written = strategic ? withoutEmptyBytes(resource, next) : next;
  return { object: operations.write(resource, stored, written, options), created: false };
}

// A patch that makes something else of the object is told as a fault of the patch.
function readPatched(operations: Operations, resource: Resource, patched: object, options: WriteOptions): KubeObject {
  try {
    return operations.read(resource, patched, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    const fields = [fault.invalid('patch', JSON.stringify(patched), error.message)];
    throw errors.invalid({ group: '', kind: '' }, '', fields);
  }
}

function parsePatch(body: Buffer, type: string): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw errors.badRequest(type.includes('json-patch') ? jsonFault(text) : `error decoding patch: ${jsonFault(text)}`);
  }
}
