import { ApiError } from '../api-error.js';
import { isEqual, isObject } from '../equal.js';
import { badRequest } from '../errors.js';

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

const MAX_OPERATIONS = 10_000;

function refused(): ApiError {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiError({ code: 422, reason: 'Invalid', message, details: {} });
}

/**
 * Applies a JSON patch to a copy.
 *
 * Not by a library: fast-json-patch and rfc6902 follow the RFC where the Go library of the real server does not (indices from
 * the end, a test of what is absent against null), and neither refuses with nothing but a 422.
 *
 * @throws {ApiError} 400 when the patch is no list, 422 when an operation fails; then nothing is applied
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    const type = isObject(patch) ? 'object' : typeof patch;
    throw badRequest(`json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`;
    throw new ApiError({ code: 413, reason: 'RequestEntityTooLarge', message });
  }
  const root = { document: structuredClone(target) };
  for (const operation of patch) applyOperation(root, isObject(operation) ? operation : {});
  return root.document;
}

function applyOperation(root: { document: unknown }, operation: Operation): void {
  const path = segmentsOf(operation.path);
  switch (operation.op) {
    case 'add':
      return add(root, path, structuredClone(operation.value));
    case 'remove':
      return void remove(root, path);
    case 'replace':
      read(root, path);
      return replace(root, path, structuredClone(operation.value));
    case 'move':
      return add(root, path, remove(root, segmentsOf(operation.from)));
    case 'copy':
      return add(root, path, structuredClone(read(root, segmentsOf(operation.from))));
    case 'test': {
      let found: unknown;
      try {
        found = read(root, path);
      } catch (error) {
        // An absent path equals null, as in the library the real server uses.
        if (operation.value !== null) throw error;
        return;
      }
      if (!isEqual(found, operation.value)) throw refused();
      return;
    }
    default:
      throw refused();
  }
}

function segmentsOf(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) throw refused();
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

// The path begins at a wrapper, so that the whole document can be replaced too.
function parentOf(root: { document: unknown }, path: readonly string[]): { parent: unknown; name: string } {
  const steps = ['document', ...path];
  let parent: unknown = root;
  for (const step of steps.slice(0, -1)) parent = member(parent, step);
  return { parent, name: steps.at(-1) ?? '' };
}

function indexIn(list: readonly unknown[], name: string, limit: number): number {
  if (!/^(-?\d+)$/.test(name)) throw refused();
  const index = Number(name) < 0 ? list.length + Number(name) : Number(name);
  if (index < 0 || index > limit) throw refused();
  return index;
}

function member(parent: unknown, name: string): unknown {
  if (Array.isArray(parent)) return parent[indexIn(parent, name, parent.length - 1)];
  if (!isObject(parent) || !Object.hasOwn(parent, name)) throw refused();
  return parent[name];
}

function read(root: { document: unknown }, path: readonly string[]): unknown {
  const { parent, name } = parentOf(root, path);
  return member(parent, name);
}

function set(parent: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(parent, name, { value, writable: true, enumerable: true, configurable: true });
}

function add(root: { document: unknown }, path: readonly string[], value: unknown): void {
  const { parent, name } = parentOf(root, path);
  if (Array.isArray(parent))
    parent.splice(name === '-' ? parent.length : indexIn(parent, name, parent.length), 0, value);
  else if (isObject(parent)) set(parent, name, value);
  else throw refused();
}

function replace(root: { document: unknown }, path: readonly string[], value: unknown): void {
  const { parent, name } = parentOf(root, path);
  if (Array.isArray(parent)) parent[indexIn(parent, name, parent.length - 1)] = value;
  else if (isObject(parent)) set(parent, name, value);
}

function remove(root: { document: unknown }, path: readonly string[]): unknown {
  const { parent, name } = parentOf(root, path);
  const value = member(parent, name);
  if (Array.isArray(parent)) parent.splice(indexIn(parent, name, parent.length - 1), 1);
  else delete (parent as Record<string, unknown>)[name];
  return value;
}
