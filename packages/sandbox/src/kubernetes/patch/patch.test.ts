import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { types } from '../schema/types.js';
import { applyJsonPatch } from './json.js';
import { applyMergePatch } from './merge.js';
import { applyStrategicPatch } from './strategic.js';

const pod = types.struct('core/v1.Pod');

describe(applyMergePatch, () => {
  it('is the identity for an empty patch and idempotent for any', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (target, patch) => {
          expect(applyMergePatch(target, {})).toEqual(target);
          const once = applyMergePatch(target, patch);
          expect(applyMergePatch(once, patch)).toEqual(once);
        },
      ),
    );
  });
});

describe(applyJsonPatch, () => {
  it('never changes its target and either answers or refuses', () => {
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'bogus'),
      path: fc.constantFrom('/a', '/a/0', '/a/-', '/b/c', '', '/__proto__/x', 'bad'),
      from: fc.constantFrom('/a', '/b/c'),
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (patch) => {
        const target = { a: [1, 2], b: { c: 'x' } };
        try {
          applyJsonPatch(target, patch);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ApiError', code: 422 });
        }
        expect(target).toEqual({ a: [1, 2], b: { c: 'x' } });
        expect(({} as Record<string, unknown>)['x']).toBeUndefined();
      }),
    );
  });

  it('refuses what is no list', () => {
    expect(() => applyJsonPatch({}, { op: 'add' })).toThrow(expect.objectContaining({ code: 400 }));
  });
});

describe(applyStrategicPatch, () => {
  const live = {
    spec: {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '1' },
      ],
    },
  };

  it('merges containers by name and puts new ones first', () => {
    const patch = {
      spec: {
        containers: [
          { name: 'b', image: '2' },
          { name: 'new', image: '3' },
        ],
      },
    };
    const { spec } = applyStrategicPatch(pod, live, patch) as typeof live;
    expect(spec.containers.map(({ name, image }) => `${name}:${image}`)).toEqual(['a:1', 'b:2', 'new:3']);
    const front = applyStrategicPatch(pod, live, {
      spec: { containers: [{ name: 'new', image: '3' }] },
    }) as typeof live;
    expect(front.spec.containers.map(({ name }) => name)).toEqual(['new', 'a', 'b']);
  });

  it('deletes by directive', () => {
    const patch = { spec: { containers: [{ $patch: 'delete', name: 'a' }] } };
    expect(applyStrategicPatch(pod, live, patch)).toEqual({ spec: { containers: [{ name: 'b', image: '1' }] } });
  });

  it('replaces a list that is one unit, whatever its elements say', () => {
    const range = types.struct('core/v1.LimitRange');
    const patch = { spec: { limits: [{ type: 'Pod', max: { cpu: '2' }, $patch: 'delete' }] } };
    expect(applyStrategicPatch(range, { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } }, patch)).toEqual(
      patch,
    );
  });

  it('refuses an element without its merge key', () => {
    const patch = { spec: { containers: [{ image: '2' }] } };
    expect(() => applyStrategicPatch(pod, live, patch)).toThrow(expect.objectContaining({ code: 400 }));
  });
});
