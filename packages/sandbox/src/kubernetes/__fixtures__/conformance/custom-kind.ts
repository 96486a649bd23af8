import type { Fields } from '../../kube-api.js';
import { PARTS } from './kind.js';
import type { Kind } from './kind.js';

// Without `x-kubernetes-int-or-string`: 1.20 takes a schema that has it for none when it comes to server-side apply.
const schema: Fields = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        replicas: { type: 'integer', minimum: 0 },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        on: { type: 'boolean' },
        ratio: { type: 'number' },
        note: { type: 'string', nullable: true },
        when: { type: 'string', format: 'date-time' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        list: { type: 'array', maxItems: 2, items: { type: 'string' } },
        parts: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string' },
              size: { type: 'integer' },
              kind: { type: 'string', default: 'part' },
            },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        unit: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
        },
        nested: { type: 'object', default: {}, properties: { level: { type: 'integer', default: 1 } } },
      },
    },
    status: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        phase: { type: 'string' },
        selector: { type: 'string' },
      },
    },
  },
};

/** Group of the definition that is made for a run. */
export const CUSTOM_GROUP = '<run>.example.com';

/** The definition of {@link customKind}. */
export const definition: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${CUSTOM_GROUP}` },
  spec: {
    group: CUSTOM_GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Tags', type: 'string', jsonPath: '.spec.tags' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
      },
    ],
  },
};

/** A kind of its own. */
export const customKind: Kind = {
  root: `/apis/${CUSTOM_GROUP}/v1`,
  apiVersion: `${CUSTOM_GROUP}/v1`,
  kind: 'Widget',
  resource: 'widgets',
  base: {},
  fragments: [
    (random) => ({ spec: { size: 1 + random.below(10) } }),
    (random) => ({ spec: { replicas: random.below(4) } }),
    (random) => ({ spec: { mode: random.pick(['fast', 'slow']) } }),
    (random) => ({ spec: { on: random.chance(0.5), ratio: random.pick([0.5, 1, 2.25]) } }),
    () => ({ spec: { note: null } }),
    (random) => ({ spec: { tags: random.some(PARTS, 3) } }),
    (random) => ({ spec: { list: random.some(PARTS, 2) } }),
    (random) => ({
      spec: {
        parts: random
          .some(PARTS, 2)
          .map((name) => ({ name, ...(random.chance(0.5) ? { size: random.below(5) } : {}) })),
      },
    }),
    (random) => ({ spec: { free: { [random.pick(PARTS)]: random.below(3) } } }),
    (random) => ({ spec: { map: { [random.pick(PARTS)]: random.pick(PARTS) } } }),
    (random) => ({ spec: { unit: { [random.pick(['a', 'b'])]: random.pick(PARTS) } } }),
    (random) => ({ spec: { nested: random.pick([{}, { level: 2 }]) } }),
  ],
  faults: [
    () => ({ spec: { size: 0 } }),
    () => ({ spec: { size: 11 } }),
    () => ({ spec: { size: 'big' } }),
    () => ({ spec: { size: 1.5 } }),
    () => ({ spec: { mode: 'medium' } }),
    () => ({ spec: { name: 'Not-lower' } }),
    () => ({ spec: { name: 'toolong' } }),
    () => ({ spec: { on: 'yes' } }),
    () => ({ spec: { when: 'later' } }),
    () => ({ spec: { tags: ['a', 'a'] } }),
    () => ({ spec: { list: ['a', 'b', 'c'] } }),
    () => ({ spec: { parts: [{ size: 1 }] } }),
    () => ({ spec: { parts: [{ name: 'one' }, { name: 'one' }] } }),
    () => ({ spec: { map: { one: 1 } } }),
    () => ({ spec: { nosuchfield: 1 } }),
    () => ({ spec: 'all' }),
    () => ({ spec: { size: null } }),
  ],
  status: [
    (random) => ({ status: { phase: random.pick(PARTS) } }),
    (random) => ({ status: { replicas: random.below(4), selector: 'app=web' } }),
    () => ({ status: { replicas: 'many' } }),
  ],
  scale: true,
  custom: true,
  fieldSelectors: ['spec.size=1'],
};
