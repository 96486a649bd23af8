import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import { selectTasks } from './selection.js';
import { defineTask } from './task.js';

const noop = async () => {};
const clone = defineTask({ name: 'clone', run: noop });
const build = defineTask({ name: 'build', needs: { clone }, run: noop });
const lint = defineTask({ name: 'lint', needs: { clone }, group: 'checks', run: noop });
const teardown = defineTask({ name: 'teardown', after: [build], cleanup: true, run: noop });
const graph = createGraph([clone, build, lint, teardown]);

describe(selectTasks, () => {
  it.each([
    ['all without a choice', {}, ['clone', 'build', 'lint', 'teardown']],
    ['those named, and cleanup', { only: ['clone'] }, ['clone', 'teardown']],
    ['cleanup alone when none is named', { only: [] }, ['teardown']],
    ['all but those skipped', { skip: ['lint'] }, ['clone', 'build', 'teardown']],
    ['no cleanup that is skipped', { only: ['clone'], skip: ['teardown'] }, ['clone']],
    ['a group', { only: ['checks'] }, ['lint', 'teardown']],
    ['what matches a pattern', { only: ['*l*n*'] }, ['clone', 'lint', 'teardown']],
    ['no more than the whole pattern matches', { skip: ['c*', 'b*d'] }, ['lint', 'teardown']],
    ['a task and what follows', { from: ['build'] }, ['build', 'teardown']],
    ['skip over from', { from: ['clone'], skip: ['checks'] }, ['clone', 'build', 'teardown']],
    ['skip over only', { only: ['clone', 'build'], skip: ['build'] }, ['clone', 'teardown']],
  ])('takes %s', (_what, choice, names) => {
    expect([...selectTasks(graph, choice).names]).toEqual(names);
  });

  it('has what follows run again', () => {
    expect(selectTasks(graph, { from: ['build'] }).redo).toEqual(new Set(['build', 'teardown']));
    expect(selectTasks(graph, { only: ['build'] }).redo).toBeUndefined();
  });

  it('rejects only and from together', () => {
    const error = { code: 'INVALID_OPTION', message: 'both only (lint) and from (clone) are given' };
    expect(() => selectTasks(graph, { only: ['lint'], from: ['clone'] })).toThrow(expect.objectContaining(error));
  });

  it.each([
    ['buidl', 'Did you mean build?'],
    ['tear-down', 'Did you mean teardown?'],
    ['something-else', 'Choose from clone, build, lint, teardown, checks.'],
    ['x*', 'Choose from clone, build, lint, teardown, checks.'],
  ])('rejects %j and helps', (name, hint) => {
    const error = { code: 'UNKNOWN_TASK', message: `there is no task "${name}"`, hint };
    expect(() => selectTasks(graph, { only: [name] })).toThrow(expect.objectContaining(error));
    expect(() => selectTasks(graph, { skip: [name] })).toThrow(expect.objectContaining(error));
  });
});
