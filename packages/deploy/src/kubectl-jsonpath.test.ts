import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileJsonPath } from './kubectl-jsonpath.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', annotations: { 'a.b/c-d': 'dots', "it's": 'quoted' } },
  status: {
    phase: 'Running',
    podIP: null,
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Initialized', status: 'False' },
    ],
    'own-field': 3,
    containerStatuses: [{ ready: true }, { ready: false }],
  },
};

describe(compileJsonPath, () => {
  it.each([
    ['{.status.phase}', ['Running']],
    ['.status.phase', ['Running']],
    ['status.phase', ['Running']],
    ['$.status.phase', ['Running']],
    ['{ .status.phase }', ['Running']],
    ["{['status']['phase']}", ['Running']],
    ['{.status.own-field}', [3]],
    ['{.metadata.annotations.a\\.b/c-d}', ['dots']],
    [`{.metadata.annotations["it's"]}`, ['quoted']],
    ['{.status.containerStatuses[0].ready}', [true]],
    ['{.status.containerStatuses[-1].ready}', [false]],
    ['{.status.containerStatuses[*].ready}', [true, false]],
    ['{.status.conditions[?(@.type=="Ready")].status}', ['True']],
    ["{.status.conditions[?(@.type=='Initialized')].status}", ['False']],
    ['{.status.conditions[?(@.type=="a]b")].status}', []],
    ['{..phase}', ['Running']],
    ['{.status.nothing.at.all}', []],
    ['{.status.podIP}', []],
  ])('%s finds %j', (path, values) => {
    expect(compileJsonPath(path)(pod)).toEqual(values);
  });

  it.each(['{.status[}', '{.status..}', '{.status.conditions[?(@.type==)]}', '{range .items[*]}'])(
    'rejects %s',
    (path) => {
      expect(() => compileJsonPath(path)).toThrow(
        expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(JSON.stringify(path)) }),
      );
    },
  );

  it('finds any field by its name, with dots and backslashes in it escaped', () => {
    const name = fc.string({ minLength: 1 }).filter((one) => one !== '*');
    fc.assert(
      fc.property(name, (key) => {
        const path = `.metadata.${key.replaceAll(/[\\.[\]{}\s$]/g, String.raw`\$&`)}`;
        const object = { apiVersion: 'v1', kind: 'X', metadata: JSON.parse(`{${JSON.stringify(key)}:1}`) as object };
        expect(compileJsonPath(`{${path}}`)(object)).toEqual([1]);
      }),
    );
  });

  it('throws nothing but DeployError, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        try {
          compileJsonPath(path)(pod);
        } catch (error) {
          expect(error).toMatchObject({ name: 'DeployError', code: 'INVALID' });
        }
      }),
    );
  });
});
