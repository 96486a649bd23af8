import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ContextOf } from './command.js';
import { defineCommand } from './command.js';
import { defineFlags } from './flags.js';

const flags = defineFlags({
  'junit-path': { type: 'string', description: '' },
  project: { type: 'string', description: '', required: true },
  zone: { type: 'string', description: '', default: 'here' },
  provider: { type: 'string', description: '', choices: ['gke', 'sandbox'] },
  port: { type: 'number', description: '', default: 1 },
  'max-parallel': { type: 'number', description: '' },
  push: { type: 'boolean', description: '', default: true },
  'keep-cluster': { type: 'boolean', description: '' },
  only: { type: 'strings', description: '' },
  accelerator: { type: 'pairs', description: '' },
});

type Expected = {
  readonly 'junit-path': string | undefined;
  readonly project: string;
  readonly zone: string;
  readonly provider: 'gke' | 'sandbox' | undefined;
  readonly port: number;
  readonly 'max-parallel': number | undefined;
  readonly push: boolean;
  readonly 'keep-cluster': boolean | undefined;
  readonly only: readonly string[];
  readonly accelerator: Readonly<Record<string, string>>;
} & { readonly json: boolean };

describe(defineCommand, () => {
  it('types the flags of an inline handler by their specs', () => {
    const command = defineCommand({
      name: 'x',
      summary: 'x',
      examples: ['x'],
      flags: {
        'junit-path': { type: 'string', description: '' },
        n: { type: 'number', description: '', default: 1 },
      },
      load: async () => async (context) => {
        expectTypeOf(context.flags['junit-path']).toEqualTypeOf<string | undefined>();
        expectTypeOf(context.flags.n).toEqualTypeOf<number>();
        // @ts-expect-error there is no such flag
        void context.flags.other;
      },
    });
    expect(command.name).toBe('x');
  });

  it('types the context of a handler elsewhere', () => {
    expectTypeOf<ContextOf<typeof flags>['flags']>().toEqualTypeOf<Expected>();
  });

  it('refuses a handler for other flags', () => {
    const handler = async (_context: ContextOf<{ other: { type: 'number'; description: '' } }>) => {};
    // @ts-expect-error `other` is not among the flags
    defineCommand({ name: 'x', summary: 'x', examples: ['x'], flags, load: async () => handler });
  });
});
