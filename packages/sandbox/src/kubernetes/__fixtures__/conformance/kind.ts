import type { Fields } from '../../kube-api.js';
import type { Random } from './random.js';

/** Makes a part of an object. */
export type Fragment = (random: Random) => Fields;

/** A kind of objects and what a client may write into them. */
export interface Kind {
  /** `/api/v1` or `/apis/apps/v1` */
  readonly root: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  /** What a valid object needs beside its metadata. */
  readonly base: Fields;
  readonly fragments: readonly Fragment[];
  /** Parts that a server refuses, or drops. */
  readonly faults: readonly Fragment[];
  readonly status?: readonly Fragment[];
  readonly scale?: boolean;
  readonly custom?: boolean;
  /** Controllers write into the objects at their own time. */
  readonly busy?: boolean;
  readonly fieldSelectors: readonly string[];
}

/** Names of labels. */
export const KEYS = ['a', 'b', 'tier'];
/** Values of labels and of much else. */
export const VALUES = ['x', 'y', 'z', ''];

/** Parts of the metadata of any kind. */
export const metadataFragments: readonly Fragment[] = [
  (random) => ({ metadata: { labels: { [random.pick(KEYS)]: random.pick(VALUES) } } }),
  (random) => ({
    metadata: { labels: { [random.pick(KEYS)]: random.pick(VALUES), 'example.com/n': String(random.below(9)) } },
  }),
  (random) => ({
    metadata: { annotations: { [random.pick(['note', 'example.com/note'])]: random.pick(['', 'one', 'two words']) } },
  }),
];

/** Parts that hold an object back from deletion. */
export const finalizerFragment: Fragment = () => ({ metadata: { finalizers: ['example.com/hold'] } });

/** Metadata that is refused. */
export const metadataFaults: readonly Fragment[] = [
  () => ({ metadata: { labels: { 'bad key!': 'x' } } }),
  () => ({ metadata: { labels: { a: 'bad value!' } } }),
  () => ({ metadata: { labels: { a: 1 } } }),
  () => ({ metadata: { labels: 'x' } }),
  () => ({ metadata: { annotations: { '/': 'x' } } }),
  () => ({ metadata: { annotations: { a: true } } }),
  () => ({ metadata: { finalizers: ['unqualified'] } }),
  () => ({ metadata: { finalizers: 'example.com/hold' } }),
  () => ({ metadata: { labels: { ['k'.repeat(64)]: 'x' } } }),
  () => ({ metadata: { labels: { a: 'v'.repeat(64) } } }),
];

/** What kinds of core/v1 have in common. */
export const core = { root: '/api/v1', apiVersion: 'v1', fieldSelectors: [] };
/** What kinds of apps/v1 have in common. */
export const apps = { root: '/apis/apps/v1', apiVersion: 'apps/v1', fieldSelectors: [] };
/** Names of parts. */
export const PARTS = ['one', 'two', 'three'];
