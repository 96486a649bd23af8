import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import type { Task } from './task.js';
import { defineTask } from './task.js';

const noop = async () => {};
const a = defineTask({ name: 'a', run: noop });
const b = defineTask({ name: 'b', needs: { a }, run: noop });

describe(createGraph, () => {
  it('orders tasks after what they wait for, else as declared', () => {
    const c = defineTask({ name: 'c', run: noop });
    const graph = createGraph([b, c, a]);
    expect(graph.tasks.map(({ name }) => name)).toEqual(['b', 'c', 'a']);
    expect(graph.order.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  it('finds tasks by name', () => {
    const graph = createGraph([a]);
    expect([graph.find('a'), graph.find('toString')]).toEqual([a, undefined]);
  });

  it('accepts no tasks at all', () => {
    expect(createGraph([]).order).toEqual([]);
  });

  it.each(['a', 'A1', '1-2_3.x', 'x'.repeat(100)])('accepts the name %j', (name) => {
    expect(createGraph([defineTask({ name, run: noop })]).order).toHaveLength(1);
  });

  it.each(['', '.', '-a', 'a/b', '../a', 'a b', 'ü', 'x'.repeat(101)])('rejects the name %j', (name) => {
    const error = { name: 'PipelineError', code: 'INVALID_NAME', message: `not a task name: ${JSON.stringify(name)}` };
    expect(() => createGraph([defineTask({ name, run: noop })])).toThrow(expect.objectContaining(error));
  });

  it('rejects two tasks of one name', () => {
    const error = { code: 'DUPLICATE_TASK', message: 'two tasks are named "a"' };
    expect(() => createGraph([a, defineTask({ name: 'a', run: noop })])).toThrow(expect.objectContaining(error));
  });

  it('rejects a need that is not in the list', () => {
    const error = { code: 'UNKNOWN_TASK', message: '"b" needs "a", which is not in the graph' };
    expect(() => createGraph([b])).toThrow(expect.objectContaining(error));
  });

  it('rejects a need that only shares its name with one in the list', () => {
    expect(() => createGraph([b, defineTask({ name: 'a', run: noop })])).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TASK' }),
    );
  });

  it('rejects tasks that wait for each other', () => {
    const after: Task[] = [];
    const one = defineTask({ name: 'one', after, run: noop });
    const two = defineTask({ name: 'two', needs: { one }, run: noop });
    after.push(two);
    const behind = defineTask({ name: 'behind', needs: { two }, run: noop });
    const error = { code: 'CYCLE', message: 'these tasks wait for each other: "one", "two"' };
    expect(() => createGraph([a, behind, one, two])).toThrow(expect.objectContaining(error));
  });

  it.each([
    ['no attempts', { retries: { attempts: 0 } }],
    ['half an attempt', { retries: { attempts: 1.5 } }],
    ['no time', { timeoutMs: 0 }],
    ['time that is no number', { timeoutMs: Number.NaN }],
    ['no time for all attempts', { totalTimeoutMs: 0 }],
    ['a negative pause', { retries: { attempts: 2, minDelayMs: -1 } }],
    ['a negative expectation', { expectedMs: -1 }],
    ['half a unit', { uses: { gpu: 0.5 } }],
  ])('rejects %s', (_what, options) => {
    expect(() => createGraph([defineTask({ name: 'a', ...options, run: noop })])).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
