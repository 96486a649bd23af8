import type { Fields } from '../../kube-api.js';
import { finalizerFragment, metadataFaults, metadataFragments } from './kind.js';
import type { Kind } from './kind.js';
import { kinds } from './kinds.js';
import { misuse } from './misuse.js';
import { Random } from './random.js';
import type { Step } from './step.js';
import { scaleStep, statusStep } from './subresource-steps.js';
import { has, leavesOf, mapOf, overlay, setLeaf, withoutEmpty } from './trees.js';

/** Names of the objects of a run. */
export const NAMES: readonly string[] = ['one', 'two', 'three'];
const MANAGERS = ['alice', 'bob', 'kubectl'];
/** The namespaces of a run. */
export const NAMESPACES: readonly string[] = ['<run>-a', '<run>-b'];

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const LABEL_SELECTORS = [
  'a=x',
  'a!=x',
  'a',
  '!a',
  'a in (x,y)',
  'tier notin (z)',
  'a=x,b',
  'a=',
  'example.com/n>3',
  'a==z',
];
const BAD_SELECTORS = ['a in', '!', 'a=x,', 'a in (x', ',', 'a=b=c', '=x', 'bad key!=x', 'a=bad value!'];

/** One object's address. */
export interface Target {
  readonly kind: Kind;
  readonly collection: string;
  readonly name: string;
  readonly path: string;
}

/** A sequence of requests that is the same for the same seed. */
export function generateSteps(seed: number, count: number): Step[] {
  const generator = new Generator(new Random(seed));
  const steps: Step[] = [];
  while (steps.length < count) steps.push(...generator.next());
  return steps.slice(0, count);
}

class Generator {
  readonly #random: Random;
  /** Paths of objects that are likely to be there. */
  readonly #made = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Step[] {
    const target = this.#target();
    const exists = this.#made.has(target.path);
    if (!exists && this.#random.chance(0.6))
      return [this.#random.chance(0.7) ? this.#create(target) : this.#apply(target)];
    const random = this.#random;
    return random.weighted<() => Step[]>([
      [4, () => [this.#create(target)]],
      [6, () => [this.#get(target)]],
      [8, () => this.#list(target)],
      [10, () => [this.#replace(target)]],
      [10, () => [this.#mergePatch(target)]],
      [10, () => [this.#strategicPatch(target)]],
      [10, () => [this.#jsonPatch(target)]],
      [15, () => [this.#apply(target)]],
      [6, () => [statusStep(random, target, () => this.#query()) ?? this.#get(target)]],
      [5, () => [scaleStep(random, target, () => this.#query()) ?? this.#get(target)]],
      [10, () => this.#remove(target)],
      [1, () => [this.#removeCollection(target)]],
      [2, () => this.#watch(target)],
      [2, () => [misuse(random, target)]],
    ])();
  }

  #target(): Target {
    const kind = this.#random.pick(kinds);
    const collection = `${kind.root}/namespaces/${this.#random.pick(NAMESPACES)}/${kind.resource}`;
    const name = this.#random.pick(NAMES);
    return { kind, collection, name, path: `${collection}/${name}` };
  }

  /** A part of an object; rarely one that is refused. */
  #fragment({ kind }: Target, faultChance = 0.12): Fields {
    const random = this.#random;
    if (random.chance(faultChance)) return random.pick(random.chance(0.2) ? metadataFaults : kind.faults)(random);
    if (random.chance(0.05)) return finalizerFragment(random);
    const own = kind.fragments;
    return random.pick(random.chance(0.3) || own.length === 0 ? metadataFragments : own)(random);
  }

  #fragments(target: Target, limit: number): Fields {
    let all: Fields = {};
    for (let left = 1 + this.#random.below(limit); left > 0; left -= 1) all = overlay(all, this.#fragment(target));
    return all;
  }

  #whole(target: Target): Fields {
    const { kind, name } = target;
    const identity = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name } };
    return overlay(overlay(identity, kind.base), this.#fragments(target, 3));
  }

  #query(): Record<string, string> {
    const random = this.#random;
    return {
      ...(random.chance(0.3) ? { fieldManager: random.pick(MANAGERS) } : {}),
      ...(random.chance(0.06) ? { dryRun: 'All' } : {}),
    };
  }

  #create(target: Target): Step {
    const random = this.#random;
    const { collection, kind, name, path } = target;
    let body = this.#whole(target);
    let query = this.#query();
    if (random.chance(0.04)) {
      body = overlay(body, { metadata: { name: undefined, generateName: 'made-' } });
      query = { ...query, dryRun: 'All' };
    } else if (random.chance(0.04)) {
      body = overlay(
        body,
        random.pick<Fields>([
          { metadata: { name: 'Bad_Name' } },
          { metadata: { name: '' } },
          { metadata: { resourceVersion: '1' } },
          { metadata: { namespace: 'elsewhere' } },
          { metadata: { uid: '11111111-2222-3333-4444-555555555555', creationTimestamp: '2001-01-01T00:00:00Z' } },
          { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '', uid: '1' }] } },
          { apiVersion: 'example.com/v9' },
          { kind: 'Nonsense' },
        ]),
      );
    }
    if (query['dryRun'] === undefined && body['metadata']?.name === name) this.#made.add(path);
    if (random.chance(0.05)) return { method: 'POST', path: collection, query, accept: TABLE, body };
    return { method: 'POST', path: collection, query, body };
  }

  #get({ path }: Target): Step {
    const accept = this.#random.weighted<string | undefined>([
      [6, undefined],
      [2, TABLE],
      [1, 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'],
      [1, 'application/yaml'],
    ]);
    return { method: 'GET', path, ...(accept === undefined ? {} : { accept }) };
  }

  #selection({ kind }: Target): Record<string, string> {
    const random = this.#random;
    const query: Record<string, string> = {};
    if (random.chance(0.4)) query['labelSelector'] = random.pick(random.chance(0.1) ? BAD_SELECTORS : LABEL_SELECTORS);
    if (random.chance(0.25)) {
      query['fieldSelector'] = random.pick([
        'metadata.name=one',
        'metadata.name!=two',
        'metadata.namespace=x',
        ...kind.fieldSelectors,
        ...kind.fieldSelectors,
      ]);
      if (random.chance(0.1)) query['fieldSelector'] = random.pick(['spec.nosuch=1', 'metadata.name']);
    }
    return query;
  }

  #list(target: Target): Step[] {
    const random = this.#random;
    const { kind, collection } = target;
    const path = random.chance(0.15) && kind.custom === true ? `${kind.root}/${kind.resource}` : collection;
    const query = this.#selection(target);
    if (random.chance(0.2)) return [{ method: 'GET', path, query, accept: TABLE }];
    const isPaged =
      kind.busy !== true && !['secrets', 'pods', 'configmaps'].includes(kind.resource) && random.chance(0.4);
    if (!isPaged) return [{ method: 'GET', path, query }];
    const first: Step = { method: 'GET', path, query: { ...query, limit: '1' } };
    const rest: Step = {
      method: 'GET',
      path,
      query: { ...query, limit: random.pick(['1', '2', '0']), continue: `<continue:${path}>` },
    };
    // What is written between two pages is not seen by the second.
    return random.chance(0.5) ? [first, this.#mergePatch(target), rest] : [first, rest];
  }

  #replace(target: Target): Step {
    const random = this.#random;
    const { kind, path } = target;
    let body = this.#whole(target);
    const version =
      kind.busy === true
        ? undefined
        : random.weighted([
            [5, `<rv:${path}>`],
            [3, undefined],
            [1, `<old:${path}>`],
          ]);
    if (version !== undefined) body = overlay(body, { metadata: { resourceVersion: version } });
    if (random.chance(0.1))
      body = overlay(body, {
        metadata: { uid: random.pick([`<uid:${path}>`, '11111111-2222-3333-4444-555555555555']) },
      });
    if (random.chance(0.03)) body = overlay(body, { metadata: { name: 'other' } });
    return { method: 'PUT', path, query: this.#query(), body };
  }

  #mergePatch(target: Target): Step {
    const random = this.#random;
    const { kind, path } = target;
    let body = this.#fragments(target, 2);
    const { path: leaf } = random.pick(leavesOf(body));
    const isOdd = ['stringData', 'matchLabels'].some((name) => leaf.includes(name)); // where 1.20 tells nothing from empty
    if (!isOdd && random.chance(0.25)) body = setLeaf(body, mapOf(leaf), null);
    if (kind.busy !== true && random.chance(0.05))
      body = overlay(body, { metadata: { resourceVersion: random.pick([`<rv:${path}>`, `<old:${path}>`]) } });
    return this.#patch(target, 'application/merge-patch+json', body);
  }

  #strategicPatch(target: Target): Step {
    const random = this.#random;
    let body = this.#fragments(target, 2);
    // Only where something is sure to be patched: 1.20 keeps directives and nulls where there is nothing.
    const sure = leavesOf(body).filter(({ path }) =>
      has(overlay({ metadata: {} }, target.kind.base), path.slice(0, -1)),
    );
    if (sure.length > 0 && random.chance(0.2)) body = setLeaf(body, mapOf(random.pick(sure).path), null);
    if (random.chance(0.2)) body = this.#withDirective(body, target);
    return this.#patch(target, 'application/strategic-merge-patch+json', body);
  }

  #withDirective(body: Fields, { kind }: Target): Fields {
    const random = this.#random;
    const { path, value } = random.pick(leavesOf(body));
    if (Array.isArray(value)) {
      const [first] = value as unknown[];
      if (!has(kind.base, path) || typeof first !== 'object' || first === null) return body;
      return setLeaf(
        body,
        path,
        random.pick<unknown[]>([
          [{ ...first, $patch: 'delete' }],
          [...(value as unknown[]), { $patch: 'replace' }],
          [{ ...first, $patch: 'replace' }],
        ]),
      );
    }
    const parent = path.slice(0, -1);
    return parent.length === 0 || !has(kind.base, parent)
      ? body
      : setLeaf(body, [...parent, '$patch'], random.pick(['replace', 'delete', 'merge']));
  }

  #jsonPatch(target: Target): Step {
    const random = this.#random;
    const operations = Array.from({ length: 1 + random.below(3) }, () => {
      const leaves = leavesOf(this.#fragment(target));
      // Controllers annotate some at a time of their own.
      const quiet = leaves.filter((leaf) => target.kind.busy !== true || leaf.path[1] !== 'annotations');
      const { path, value } = random.pick(
        quiet.length > 0 ? quiet : [{ path: ['metadata', 'name'], value: target.name }],
      );
      const pointer = `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
      const other = random.pick(['/metadata/name', '/metadata/uid']);
      return random.weighted<Fields>([
        [6, { op: 'add', path: pointer, value }],
        [1, { op: 'remove', path: pointer }],
        [1, { op: 'test', path: pointer, value }],
        [1, { op: 'test', path: '/metadata/name', value: target.name }],
        [1, { op: 'copy', from: other, path: pointer }],
        [0.3, { op: 'jump', path: pointer }],
        [0.3, { op: 'add', path: 'no-slash', value }],
      ]);
    });
    return this.#patch(target, 'application/json-patch+json', operations);
  }

  #apply(target: Target): Step {
    const random = this.#random;
    const { kind, name, path } = target;
    const identity = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name } };
    // A pod made of a part would be for the scheduler.
    const wanted =
      kind.resource !== 'pods' && this.#made.has(path) && random.chance(0.6)
        ? this.#fragments(target, 2)
        : overlay(kind.base, this.#fragments(target, 2));
    const query: Record<string, string> = {
      ...(random.chance(0.97) ? { fieldManager: random.pick(MANAGERS) } : {}),
      ...(random.chance(0.4) ? { force: 'true' } : {}),
      ...(random.chance(0.05) ? { dryRun: 'All' } : {}),
    };
    if (query['dryRun'] === undefined) this.#made.add(path);
    return {
      method: 'PATCH',
      path,
      query,
      contentType: 'application/apply-patch+yaml',
      body: overlay(identity, withoutEmpty(wanted)),
    };
  }

  #patch({ path }: Target, contentType: string, body: Fields | Fields[]): Step {
    return { method: 'PATCH', path, query: this.#query(), contentType, body };
  }

  #remove(target: Target): Step[] {
    const random = this.#random;
    const { path, kind } = target;
    const query: Record<string, string> = {};
    const body = random.weighted<Fields | undefined>([
      [4, undefined],
      [3, { propagationPolicy: 'Background' }],
      // It takes a real collector half a minute to know a new kind.
      [kind.custom === true ? 0 : 1, { propagationPolicy: 'Orphan' }],
      [kind.custom === true ? 0 : 1, { propagationPolicy: 'Foreground' }],
      [1, { gracePeriodSeconds: 0 }],
      [0.5, { preconditions: { uid: random.pick([`<uid:${path}>`, '11111111-2222-3333-4444-555555555555']) } }],
      [
        kind.busy === true ? 0 : 0.5,
        { preconditions: { resourceVersion: random.pick([`<rv:${path}>`, `<old:${path}>`]) } },
      ],
      [0.3, { propagationPolicy: 'Sideways' }],
      [0.3, { propagationPolicy: 'Background', orphanDependents: true }],
    ]);
    if (random.chance(0.08)) query['dryRun'] = 'All';
    else this.#made.delete(path);
    const step: Step = {
      method: 'DELETE',
      path,
      query,
      ...(body === undefined ? {} : { body: { kind: 'DeleteOptions', apiVersion: 'v1', ...body } }),
    };
    // Objects that hold on are let go, now and then.
    const release = {
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    } as const;
    // The finalizer of a claim is put back by its controller.
    return kind.resource !== 'persistentvolumeclaims' && random.chance(0.6) ? [step, release] : [step];
  }

  #removeCollection(target: Target): Step {
    const { kind, collection, path } = target;
    if (['services', 'secrets', 'configmaps', 'serviceaccounts'].includes(kind.resource) || kind.busy === true)
      return this.#get(target);
    this.#made.delete(path);
    return { method: 'DELETE', path: collection, query: { labelSelector: this.#random.pick(['a=x', 'tier', '!a']) } };
  }

  #watch(target: Target): Step[] {
    const random = this.#random;
    const { kind, collection } = target;
    if (kind.busy === true) return this.#list(target);
    const selection: Record<string, string> = this.#random.chance(0.5)
      ? { labelSelector: random.pick(LABEL_SELECTORS) }
      : {};
    const steps: Step[] = [{ method: 'GET', path: collection }];
    for (let left = 2 + random.below(5); left > 0; left -= 1) {
      const name = random.pick(NAMES);
      const other: Target = { kind, collection, name, path: `${collection}/${name}` };
      steps.push(
        ...random.weighted<() => Step[]>([
          [3, () => [this.#create(other)]],
          [3, () => [this.#mergePatch(other)]],
          [2, () => [this.#apply(other)]],
          [2, () => this.#remove(other)],
        ])(),
      );
    }
    const query = { ...selection, watch: 'true', timeoutSeconds: '1', resourceVersion: `<list:${collection}>` };
    steps.push({
      method: 'GET',
      path: collection,
      query,
      watches: true,
      ...(random.chance(0.15) ? { accept: TABLE } : {}),
    });
    return steps;
  }
}
