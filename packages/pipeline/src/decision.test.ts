import { describe, expect, it } from 'vitest';
import type { Ending } from './decision.js';
import { decide, decideByPredicate } from './decision.js';
import { createGraph, indexOf } from './graph.js';
import type { GraphNode } from './graph-index.js';
import { defineTask } from './task.js';
import type { WhenRule } from './when.js';

const noop = async () => {};
const a = defineTask({ name: 'a', run: noop });
const b = defineTask({ name: 'b', run: noop });
const node = indexOf(createGraph([a, b, defineTask({ name: 'c', needs: { a }, after: [b], run: noop })]))
  .nodes[2] as GraphNode;

const ends = {
  succeeded: { state: 'succeeded', isLeftOut: false },
  failed: { state: 'failed', isLeftOut: false },
  aborted: { state: 'aborted', isLeftOut: false },
  skipped: { state: 'skipped', isLeftOut: false },
  'upstream failed': { state: 'skipped', isLeftOut: false, failedUpstream: 'root' },
  'left out': { state: 'skipped', isLeftOut: true },
} as const satisfies Record<string, Omit<Ending, 'name'>>;
type End = keyof typeof ends;

function decideFor(rule: WhenRule, needed: End, followed: End) {
  return decide(rule, node, {
    nodeAt: (index) => ({ name: index === 0 ? 'a' : 'b', ...ends[index === 0 ? needed : followed] }),
  });
}

describe(decide, () => {
  it.each<[WhenRule, End, End, boolean]>([
    ['all_success', 'succeeded', 'succeeded', true],
    ['all_success', 'succeeded', 'skipped', false],
    ['all_success', 'succeeded', 'left out', true],
    ['all_success', 'left out', 'succeeded', false],
    ['all_failed', 'failed', 'aborted', true],
    ['all_failed', 'failed', 'upstream failed', true],
    ['all_failed', 'failed', 'succeeded', false],
    ['all_failed', 'failed', 'left out', true],
    ['all_failed', 'left out', 'left out', false],
    ['all_done', 'failed', 'left out', true],
    ['one_success', 'failed', 'succeeded', true],
    ['one_success', 'failed', 'skipped', false],
    ['one_failed', 'succeeded', 'failed', true],
    ['one_failed', 'upstream failed', 'succeeded', true],
    ['one_failed', 'skipped', 'succeeded', false],
    ['none_failed', 'skipped', 'succeeded', true],
    ['none_failed', 'skipped', 'skipped', true],
    ['none_failed', 'succeeded', 'upstream failed', false],
    ['none_failed_min_one_success', 'skipped', 'succeeded', true],
    ['none_failed_min_one_success', 'skipped', 'skipped', false],
    ['none_failed_min_one_success', 'succeeded', 'aborted', false],
    ['none_skipped', 'failed', 'succeeded', true],
    ['none_skipped', 'skipped', 'succeeded', false],
    ['none_skipped', 'succeeded', 'left out', true],
  ])('%s after %s and %s: %s', (rule, needed, followed, run) => {
    expect(decideFor(rule, needed, followed).run).toBe(run);
  });

  it('names the failure at the root of a skip, and passes it on', () => {
    expect(decideFor('all_success', 'failed', 'succeeded')).toEqual({
      run: false,
      reason: 'needs "a", which failed',
      isLeftOut: false,
      failedUpstream: 'a',
    });
    expect(decideFor('all_success', 'succeeded', 'upstream failed')).toEqual({
      run: false,
      reason: 'comes after "b", which was skipped because of "root"',
      isLeftOut: false,
      failedUpstream: 'root',
    });
    expect(decideFor('all_success', 'skipped', 'succeeded')).toMatchObject({ failedUpstream: undefined });
  });
});

describe(decideByPredicate, () => {
  it('asks with the results by name', () => {
    const result = { name: 'a', state: 'succeeded', attempts: 1, durationMs: 0, output: 7, cleanup: false } as const;
    expect(decideByPredicate((upstream) => upstream['a']?.output === 7, [result])).toEqual({ run: true });
    expect(decideByPredicate(() => false, [result])).toMatchObject({
      run: false,
      reason: 'its condition does not hold',
    });
  });
});
