import { describe, expect, expectTypeOf, it } from 'vitest';
import type { OutputOf, Task } from './task.js';
import { defineTask, predecessorsOf } from './task.js';

const clone = defineTask({ name: 'clone', run: async () => ({ dir: '/src', sha: 'abc' }) });
const lint = defineTask({ name: 'lint', after: [clone], run: async () => {} });

describe(defineTask, () => {
  it('gives consumers the type of the output', () => {
    const build = defineTask({
      name: 'build',
      needs: { source: clone },
      run: async ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly source: { dir: string; sha: string } }>();
        return inputs.source.sha;
      },
    });
    expectTypeOf(build).toEqualTypeOf<Task<'build', string>>();
    expectTypeOf<OutputOf<typeof build>>().toEqualTypeOf<string>();
    expect(build).toMatchObject({
      name: 'build',
      needs: { source: clone },
      after: [],
      when: 'all_success',
      cleanup: false,
    });
  });

  it('makes inputs optional when predecessors may have failed', () => {
    defineTask({
      name: 'collect',
      needs: { source: clone },
      when: 'all_done',
      run: async ({ inputs }) => {
        expectTypeOf(inputs.source).toEqualTypeOf<{ dir: string; sha: string } | undefined>();
      },
    });
  });

  it('lets cleanup run whatever happened, with optional inputs', () => {
    const teardown = defineTask({
      name: 'teardown',
      needs: { source: clone },
      cleanup: true,
      run: async ({ inputs }) => {
        expectTypeOf(inputs.source).toEqualTypeOf<{ dir: string; sha: string } | undefined>();
      },
    });
    expect(teardown.when).toBe('all_done');
  });

  it('keeps inputs certain for cleanup that wants success', () => {
    defineTask({
      name: 'tidy',
      needs: { source: clone },
      cleanup: true,
      when: 'all_success',
      run: async ({ inputs }) => {
        expectTypeOf(inputs.source).toEqualTypeOf<{ dir: string; sha: string }>();
      },
    });
  });

  it('gives lists of outputs for lists of tasks', () => {
    const tests = ['a', 'b'].map((name) => defineTask({ name, run: async () => ({ passed: 1 }) }));
    const collect = defineTask({
      name: 'collect',
      needs: { tests, pair: [clone, lint] },
      run: async ({ inputs }) => {
        expectTypeOf(inputs.tests).toEqualTypeOf<readonly { passed: number }[]>();
        expectTypeOf(inputs.pair[0]).toEqualTypeOf<{ dir: string; sha: string }>();
        expectTypeOf(inputs.pair).toHaveProperty('length').toEqualTypeOf<2>();
      },
    });
    defineTask({
      name: 'late',
      needs: { tests },
      when: 'all_done',
      run: async ({ inputs }) => {
        expectTypeOf(inputs.tests).toEqualTypeOf<readonly ({ passed: number } | undefined)[]>();
      },
    });
    expect(predecessorsOf(collect)).toEqual([...tests, clone, lint]);
  });

  it('makes inputs optional under a condition of its own', () => {
    defineTask({
      name: 'sometimes',
      needs: { clone },
      when: (upstream) => upstream['clone']?.state === 'succeeded',
      run: async ({ inputs }) => {
        expectTypeOf(inputs.clone).toEqualTypeOf<{ dir: string; sha: string } | undefined>();
      },
    });
  });

  it('takes one unit of each resource that is only named', () => {
    expect(defineTask({ name: 'a', uses: ['gpu', 'net'], run: async () => {} }).uses).toEqual({ gpu: 1, net: 1 });
    expect(defineTask({ name: 'a', uses: { gpu: 2 }, run: async () => {} }).uses).toEqual({ gpu: 2 });
  });

  it('refuses what the types rule out', () => {
    // @ts-expect-error a function is not JSON
    defineTask({ name: 'bad', run: async () => ({ call: () => 1 }) });
    // @ts-expect-error `sha` is text
    defineTask({ name: 'bad', needs: { clone }, run: async ({ inputs }) => inputs.clone.sha * 2 });
    // @ts-expect-error there is no such input
    defineTask({ name: 'bad', needs: { clone }, run: async ({ inputs }) => inputs.other });
    // @ts-expect-error there is no such rule
    defineTask({ name: 'bad', when: 'all_succeeded', run: async () => 1 });
    // @ts-expect-error only a task can be needed
    defineTask({ name: 'bad', needs: { clone: 'clone' }, run: async () => 1 });
    // @ts-expect-error what is adopted is the output
    defineTask({ name: 'bad', run: async () => 1, adopt: async () => ({ output: '1' }) });
    // @ts-expect-error verify gets the output
    defineTask({ name: 'bad', run: async () => 1, verify: async (output: string) => output === '' });
  });

  it('hands the output to verify', () => {
    defineTask({
      name: 'made',
      run: async () => ({ id: 1 }),
      verify: async (output) => {
        expectTypeOf(output).toEqualTypeOf<{ id: number }>();
        return true;
      },
    });
  });
});

describe(predecessorsOf, () => {
  it('lists each once, those it needs first', () => {
    const build = defineTask({ name: 'build', needs: { clone }, after: [lint, clone], run: async () => {} });
    expect(predecessorsOf(build)).toEqual([clone, lint]);
  });
});
