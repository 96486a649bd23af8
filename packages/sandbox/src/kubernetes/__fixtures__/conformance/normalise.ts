import { withoutGo } from './go-words.js';
import { FieldSet } from '../../apply/field-set.js';
import type { Fields } from '../../kube-api.js';
import { differences } from './differences.js';
import type { Answer, Step } from './step.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const RECORD = /(in (?:the precondition|record)) \(\d+\)/g;
const GENERATED = /made-[a-z0-9]{5}/g;
const AGE = /^(<unknown>|<invalid>|(\d+[smhd])+)$/;
const CONTROLLERS = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-apiserver']);
const OURS = new Set(['default', 'kube-root-ca.crt']);

/** What of a resource controllers write at their own time. */
export interface Traits {
  readonly resource: string;
  readonly busy: boolean;
}

/** Makes the answers of a server comparable: what is its own (uids, versions, times, addresses) becomes the same. */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #versions = new Map<string, string>();
  /** uids of objects whose ownership is not compared any longer. */
  readonly #disowned = new Set<string>();

  /** The answer in a form in which equal answers are equal. */
  normalise(step: Step, { status, contentType, body }: Answer, traits: Traits): unknown {
    return { status, contentType, body: this.#body(step, body, traits) };
  }

  #body(step: Step, body: unknown, traits: Traits): unknown {
    if (Array.isArray(body)) return this.#events(step, body as Fields[], traits);
    if (typeof body !== 'object' || body === null) return body;
    const copy = structuredClone(body) as Fields;
    if (Array.isArray(copy['items'])) {
      const kept = (copy['items'] as Fields[]).filter((item) => !isForeign(item, traits));
      for (const item of kept) this.#object(item, traits, undefined);
      return { ...(this.#walk({ ...copy, items: [] }) as Fields), items: kept.map((item) => this.#walk(item)) };
    }
    if (copy['kind'] === 'Table') this.#table(copy, traits, specOf(step));
    if (copy['kind'] === 'Status') {
      for (const { settle } of differences) settle?.(copy, traits.resource);
      settleStatus(copy);
    }
    const isDry = step.query?.['dryRun'] !== undefined;
    if (copy['metadata']?.uid !== undefined) this.#object(copy, traits, isDry ? undefined : step.path);
    return this.#walk(copy);
  }

  #events(_step: Step, events: readonly Fields[], traits: Traits): unknown {
    return events
      .filter(({ object }) => !isForeign(object as Fields, traits))
      .map((event) => {
        const copy = structuredClone(event);
        if (copy['object']?.kind === 'Table') this.#table(copy['object'] as Fields, traits);
        else this.#object(copy['object'] as Fields, traits, undefined);
        return this.#walk(copy);
      });
  }

  /** `spec`: what was written, where the table is the answer to that: it shows the metadata of the object only. */
  #table(table: Fields, traits: Traits, spec?: unknown): void {
    for (const { settle } of differences) settle?.(table, traits.resource);
    const rows = (table['rows'] ?? []) as Fields[];
    const columns = (table['columnDefinitions'] ?? []) as Fields[] | null;
    for (const column of columns ?? []) drop(column, 'description', 'format');
    table['rows'] = rows.filter((row) => !isForeign((row['object'] ?? {}) as Fields, traits));
    for (const row of table['rows'] as Fields[]) {
      delete row['object']?.metadata?.annotations?.['deprecated.daemonset.template.generation'];
      row['cells'] = (row['cells'] as unknown[]).map((cell) =>
        typeof cell !== 'string' ? cell : AGE.test(cell) ? '<age>' : cell.replace(/^10\.96\.\d+\.\d+$/, '<ip>'),
      );
      if (spec !== undefined) this.#disown({ ...(row['object'] as Fields), spec }, traits.resource);
      if (row['object']?.metadata !== undefined) this.#object(row['object'] as Fields, traits, undefined);
    }
  }

  #disown(object: Fields, resource: string): void {
    const { metadata } = object as { metadata?: Fields };
    if (differences.some(({ disowns }) => disowns?.(object, resource) === true)) {
      this.#disowned.add(String(metadata?.['uid']));
    }
  }

  #object(object: Fields, { resource, busy }: Traits, path: string | undefined): void {
    const metadata = (object['metadata'] ?? {}) as Fields;
    const uid = String(metadata['uid']);
    this.#disown(object, resource);
    if (this.#disowned.has(uid)) delete metadata['managedFields'];
    for (const { settle } of differences) settle?.(object, resource);
    for (const path of youngMembers(resource)) removeAt(object, path.split(' '));
    if (metadata['generateName'] !== undefined) metadata['name'] = '<generated>';
    if (busy) {
      delete object['status'];
      const finalizers = ((metadata['finalizers'] ?? []) as string[]).filter(
        (name) => name !== 'kubernetes.io/pvc-protection',
      );
      if (finalizers.length > 0) metadata['finalizers'] = finalizers;
      else delete metadata['finalizers'];
      drop(
        (metadata['annotations'] ?? {}) as Fields,
        'deployment.kubernetes.io/revision',
        'autoscaling.alpha.kubernetes.io/conditions',
      );
    } else if (path !== undefined) {
      const key = path.replace(/\/(status|scale)$/, '');
      const before = this.#versions.get(key);
      const version = metadata['resourceVersion'] as string | undefined;
      if (version !== undefined) {
        this.#versions.set(key, version);
        metadata['resourceVersion'] = before === version ? '<same version>' : '<new version>';
      }
    }
    if (Array.isArray(metadata['managedFields']))
      metadata['managedFields'] = settleManaged(metadata['managedFields'] as Fields[], resource);
    if ((metadata['managedFields'] as unknown[] | undefined)?.length === 0) delete metadata['managedFields'];
    for (const name of ['annotations', 'labels']) if (isEmpty(metadata[name])) delete metadata[name];
  }

  #walk(value: unknown, name = ''): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, name));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).filter(
        ([key, inner]) =>
          !(key === 'creationTimestamp' && inner === null) &&
          !(key === 'metadata' && name === 'template' && isEmpty(withoutNull(inner))),
      );
      return Object.fromEntries(entries.map(([key, inner]) => [key, this.#walk(inner, key)]));
    }
    if (name === 'nodePort' && typeof value === 'number') return this.#name('port', String(value));
    if (typeof value !== 'string') return value;
    if (name === 'resourceVersion') return /^\d+$/.test(value) ? '<version>' : value;
    if (name === 'continue') return value === '' ? '' : '<continue>';
    if ((name === 'clusterIP' || name === 'clusterIPs') && /^\d/.test(value)) return this.#name('ip', value);
    return value
      .replace(UUID, (uuid) => (uuid.startsWith('11111111-') ? uuid : this.#name('uid', uuid)))
      .replace(TIME, '<time>')
      .replace(RECORD, '$1 (<version>)')
      .replace(/Key: \S+,/, 'Key: <key>,')
      .replace(GENERATED, '<generated>');
  }

  #name(what: string, value: string): string {
    let known = this.#names.get(value);
    if (known === undefined) this.#names.set(value, (known = `<${what}>`));
    return known;
  }
}

/** Made by a controller or by the server for itself. */
function isForeign({ metadata = {} }: Fields, { resource }: Traits): boolean {
  const { name = '', ownerReferences = [] } = metadata as { name?: string; ownerReferences?: Fields[] };
  if (ownerReferences.some(({ controller }) => controller === true)) return true;
  if (resource === 'secrets') return /-token-[a-z0-9]{5}$/.test(name);
  return ['serviceaccounts', 'configmaps'].includes(resource) && OURS.has(name);
}

// 1.20 has one entry a manager where current servers keep those of a subresource apart.
function settleManaged(entries: readonly Fields[], resource: string): Fields[] {
  const sets = new Map<string, FieldSet>();
  for (const { manager, operation, apiVersion, fieldsV1, subresource } of entries) {
    if (CONTROLLERS.has(manager as string) || subresource === 'scale') continue; // of which 1.20 keeps nothing
    const key = `${operation} ${manager} ${apiVersion}`;
    const fields = structuredClone(fieldsV1) as Fields;
    removeUncompared(fields, resource);
    sets.set(key, (sets.get(key) ?? new FieldSet()).union(FieldSet.parse(fields)));
  }
  const units = new Set(differences.flatMap((difference) => difference.units ?? []).map((name) => `f:${name}`));
  return [...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, set]) => {
      const fields = set.format();
      removeUncompared(fields, resource);
      return { key, fields: withUnits(fields, units) };
    })
    .filter(({ fields }) => !isEmpty(fields));
}

/**
 * Causes as a set, without values as Go prints them: some kinds are validated twice on an update, and their order is that
 * of the checks. The message says the same as they do.
 */
function settleStatus(status: Fields): void {
  const causes = status['details']?.causes as Fields[] | undefined;
  if (causes === undefined) return;
  if (status['code'] === 409) {
    const texts = causes.map((cause) => JSON.stringify(cause).replaceAll(/ with subresource \\"\w+\\"/g, ''));
    status['details'].causes = [...new Set(texts.map(withoutParts))].sort();
    status['message'] = String(status['message']).replace(/^Apply failed.*$/s, 'Apply failed');
    status['message'] = String(status['message']).replaceAll(/ with subresource "\w+"/g, '');
  }
  if (status['code'] !== 422) return;
  status['message'] = String(status['message']).replace(/ is invalid: .*$/s, ' is invalid');
  const settled = causes.map(({ message, ...cause }) =>
    JSON.stringify({ ...cause, message: withoutGo(String(message), cause['field']) }),
  );
  status['details'].causes = [...new Set(settled)].sort();
}

// A conflict over a part of what is one unit now is one over the unit.
function withoutParts(cause: string): string {
  const units = differences.flatMap((difference) => difference.units ?? []).join('|');
  return cause.replace(new RegExp(`("field":"[^"]*\\.(?:${units}))\\.[^"]*`), '$1');
}

function withUnits(fields: Fields, units: ReadonlySet<string>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, below]) => [name, units.has(name) ? {} : withUnits(below as Fields, units)]),
  );
}

function removeUncompared(fields: Fields, resource: string): void {
  const pathOf = (path: string): string[] => path.split(' ').map((name) => `f:${name}`);
  for (const path of youngMembers(resource)) removeAt(fields, pathOf(path));
  for (const path of claimsOf(resource)) removeAt(fields, pathOf(path), { keepsBare: false });
}

function claimsOf(resource: string): string[] {
  return differences.flatMap(({ claims = {} }) => [...(claims[resource] ?? []), ...(claims['*'] ?? [])]);
}

function youngMembers(resource: string): string[] {
  return differences.flatMap(({ members = {} }) => [...(members[resource] ?? []), ...(members['*'] ?? [])]);
}

/** Takes a member out, and what is empty without it; `keepsBare`: what was owned itself stays so. Was it there? */
function removeAt(
  tree: Fields,
  [first = '', ...rest]: readonly string[],
  { keepsBare = true }: { readonly keepsBare?: boolean } = {},
): boolean {
  const below: unknown = tree[first];
  if (rest.length === 0) return below !== undefined && delete tree[first];
  if (typeof below !== 'object' || below === null || !removeAt(below as Fields, rest, { keepsBare })) return false;
  const left = Object.keys(below);
  const isBare = left.length === 1 && left[0] === '.';
  if (left.length === 0 || (isBare && !keepsBare)) delete tree[first];
  else if (isBare) tree[first] = {}; // a leaf of ownership now
  return true;
}

function drop(object: Fields, ...names: readonly string[]): void {
  for (const name of names) delete object[name];
}

function withoutNull(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function specOf({ body }: Step): unknown {
  return typeof body === 'object' && 'spec' in body ? body['spec'] : undefined;
}
