import type { ApiError } from './api-error.js';
import { decodeCustom } from './crd/decode-custom.js';
import { applyDefaults } from './defaults/defaults.js';
import { isObject } from './equal.js';
import * as errors from './errors.js';
import { fault } from './errors.js';
import type { KubeObject, ObjectMeta } from './kube-api.js';
import type { Resource, ResourceRegistry } from './resources.js';
import { apiVersionOf } from './resources.js';
import { decode, DecodeError } from './schema/decode.js';
import { types } from './schema/types.js';
import type { WriteOptions } from './write-options.js';

const objectMetaType = types.struct('meta/v1.ObjectMeta');

/** Decodes a body into an object of a resource, defaults included. @throws {ApiError} 400 */
export function readObject(
  registry: ResourceRegistry,
  resource: Resource,
  { body, options }: { readonly body: unknown; readonly options: Pick<WriteOptions, 'fieldValidation' | 'warnings'> },
): KubeObject {
  if (!isObject(body))
    throw errors.badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
  const { apiVersion = apiVersionOf(resource), kind = resource.kind } = body;
  const name = String((body['metadata'] as ObjectMeta | undefined)?.name ?? '');
  checkKind(registry, resource, { apiVersion: String(apiVersion), kind: String(kind), name });
  const { object, unknownFields } =
    resource.custom === undefined ? readBuiltin(resource, body) : readCustom(resource, body);
  if (unknownFields.length > 0) {
    const texts = unknownFields.map((path) => `unknown field "${path}"`);
    if (options.fieldValidation === 'Strict') throw strictError(resource, texts);
    if (options.fieldValidation !== 'Ignore') options.warnings?.push(...texts);
  }
  // An empty list clears ownership; decoding has dropped it like any empty list.
  const { managedFields } = (body['metadata'] ?? {}) as ObjectMeta;
  if (Array.isArray(managedFields) && managedFields.length === 0) object.metadata.managedFields = [];
  return object;
}

function checkKind(
  registry: ResourceRegistry,
  resource: Resource,
  { apiVersion, kind, name }: { apiVersion: string; kind: string; name: string },
): void {
  const expected = apiVersionOf(resource);
  if (apiVersion === expected && kind === resource.kind) return;
  if (resource.custom !== undefined) {
    const field = kind === resource.kind ? 'apiVersion' : 'kind';
    const [given, must] = kind === resource.kind ? [apiVersion, expected] : [kind, resource.kind];
    throw errors.invalid({ group: resource.group, kind }, name, [fault.invalid(field, given, `must be ${must}`)]);
  }
  const version = apiVersion.split('/').at(-1) ?? '';
  const asOther = `${kind} in version "${version}" cannot be handled as a ${resource.kind}: `;
  if (kind !== resource.kind && registry.ofKind(apiVersion, kind) !== undefined) {
    throw errors.badRequest(`${asOther}converting (v1.${kind}) to (core.${resource.kind}): unknown conversion`);
  }
  throw errors.badRequest(
    `${kind} in version "${version}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered ` +
      `for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`,
  );
}

function readBuiltin(
  resource: Resource,
  body: Record<string, unknown>,
): { object: KubeObject; unknownFields: readonly string[] } {
  const type = resource.type;
  if (type === undefined) throw new TypeError(`${resource.resource} has no type`);
  try {
    const { value, unknownFields } = decode(type, body);
    const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), ...value } as KubeObject;
    applyDefaults(resource, object);
    // Once more, so that what defaults added is canonical and in its place too.
    const again = decode(type, object).value;
    return {
      object: { kind: resource.kind, apiVersion: apiVersionOf(resource), ...again } as KubeObject,
      unknownFields,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw errors.badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${error.message}`,
    );
  }
}

function readCustom(
  resource: Resource,
  body: Record<string, unknown>,
): { object: KubeObject; unknownFields: readonly string[] } {
  const metadata = readCustomMetadata(resource, body);
  const { value, unknownFields } = decodeCustom(resource, structuredClone(body));
  return { object: { ...value, metadata } as unknown as KubeObject, unknownFields };
}

/** Decodes what every custom resource has, of whatever kind and version it says it is. @throws {ApiError} 400 */
export function readCustomMetadata(
  resource: Resource,
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { kind, apiVersion } = body;
  if (kind === undefined || apiVersion === undefined) {
    const missing = kind === undefined ? 'Kind' : 'apiVersion';
    throw errors.badRequest(`Object '${missing}' is missing in '${JSON.stringify(body)}'`);
  }
  try {
    return decode(objectMetaType, body['metadata'], 'metadata').value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const version = String(apiVersion).split('/').at(-1);
    throw errors.badRequest(
      `${String(kind)} in version "${version}" cannot be handled as a ${resource.kind}: ${error.message}`,
    );
  }
}

function strictError(resource: Resource, texts: readonly string[]): ApiError {
  const strict = `strict decoding error: ${texts.join(', ')}`;
  return errors.badRequest(
    resource.custom === undefined
      ? `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${strict}`
      : strict,
  );
}
