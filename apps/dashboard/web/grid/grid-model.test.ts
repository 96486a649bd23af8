import { describe, expect, it } from 'vitest';
import type { GridAnswer, TestState } from '../../src/api.js';
import { chooseRows, joinPages } from './grid-model.js';

function page(builds: readonly string[], rows: Readonly<Record<string, readonly (TestState | null)[]>>): GridAnswer {
  return {
    job: 'logs/e2e',
    name: 'e2e',
    kind: 'logs',
    more: false,
    columns: builds.map((buildId) => ({ run: `logs/e2e/${buildId}`, buildId, state: 'passed' })),
    rows: Object.entries(rows).map(([name, states]) => ({
      name,
      flakiness: 0,
      cells: states.map((state) => (state === null ? null : { state })),
    })),
  };
}

const model = joinPages([
  page(['4', '3'], { steady: ['pass', 'pass'], shaky: ['fail', 'pass'], new: ['pass', null] }),
  page(['2', '1'], { steady: ['pass', 'pass'], shaky: ['fail', 'pass'], gone: ['fail', 'fail'] }),
]);

describe(joinPages, () => {
  it('puts pages side by side; a test that a page lacks is missing there', () => {
    expect(model.columns.map(({ buildId }) => buildId)).toEqual(['4', '3', '2', '1']);
    const states = Object.fromEntries(
      model.rows.map(({ name, cells }) => [name, cells.map((cell) => cell?.state ?? '')]),
    );
    expect(states).toEqual({
      steady: ['pass', 'pass', 'pass', 'pass'],
      shaky: ['fail', 'pass', 'fail', 'pass'],
      new: ['pass', '', '', ''],
      gone: ['', '', 'fail', 'fail'],
    });
  });

  it('counts changes between pass and fail, also across pages', () => {
    expect(model.rows.find(({ name }) => name === 'shaky')?.flakiness).toBe(3 / 4);
    expect(model.rows.find(({ name }) => name === 'gone')?.flakiness).toBe(0);
  });
});

describe(chooseRows, () => {
  it.each([
    ['run', ['steady', 'shaky', 'new', 'gone']],
    ['name', ['gone', 'new', 'shaky', 'steady']],
    ['flaky', ['shaky', 'steady', 'new', 'gone']],
    ['failing', ['shaky', 'gone', 'steady', 'new']],
  ] as const)('orders by %s', (order, names) => {
    expect(chooseRows(model, '', order).map(({ name }) => name)).toEqual(names);
  });

  it('filters by any part of the name', () => {
    expect(chooseRows(model, ' STEA ', 'run').map(({ name }) => name)).toEqual(['steady']);
  });
});
