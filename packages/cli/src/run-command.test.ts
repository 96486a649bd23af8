import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.js';
import { defineCommand } from './command.js';
import { UsageError } from './errors.js';
import type { FlagSpecs } from './flags.js';
import { runCommand } from './run-command.js';
import { createTextSink, runForTest } from './testing.js';

/** A command that prints what it was given. */
const echo = (flags: FlagSpecs, extra: Partial<Command> = {}): Command =>
  defineCommand({
    name: 'echo',
    summary: 'print flags',
    examples: ['tool echo'],
    flags,
    load: async () => async (context) => {
      const own = Object.entries(context.flags).filter(([name]) => name in flags);
      context.print(JSON.stringify({ ...Object.fromEntries(own), args: context.args, rest: context.rest }));
    },
    ...extra,
  });

const tool = (...commands: readonly Command[]): Command => ({
  name: 'tool',
  summary: 'do things',
  examples: ['tool echo'],
  commands,
});

async function read(flags: FlagSpecs, argv: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  const { stdout, stderr } = await runForTest(echo(flags), argv, { env });
  if (stderr !== '') return stderr;
  const { args: _args, rest: _rest, ...values } = JSON.parse(stdout) as Record<string, unknown>;
  return values;
}

const throwing = (error: unknown) =>
  defineCommand({ name: 'x', summary: 'x', examples: ['x'], load: async () => () => Promise.reject(error) });

describe(runCommand, () => {
  describe('flags', () => {
    const text = { type: 'string', description: '' } as const;
    const count = { type: 'number', description: '' } as const;
    const flag = { type: 'boolean', description: '' } as const;
    const list = { type: 'strings', description: '' } as const;
    const pairs = { type: 'pairs', description: '' } as const;

    it.each<[what: string, flags: FlagSpecs, argv: string[], values: unknown]>([
      ['text', { 'junit-path': text }, ['--junit-path', 'a b'], { 'junit-path': 'a b' }],
      ['text after =', { 'junit-path': text }, ['--junit-path=a=b'], { 'junit-path': 'a=b' }],
      ['text that looks like a flag', { name: text }, ['--name', '--other_one'], { name: '--other_one' }],
      ['snake_case', { 'junit-path': text }, ['--junit_path', 'x'], { 'junit-path': 'x' }],
      ['an alias', { 'dry-run': { ...flag, aliases: ['dryrun'] } }, ['--dryrun'], { 'dry-run': true }],
      ['a letter', { name: { ...text, short: 'n' } }, ['-n', 'x'], { name: 'x' }],
      ['the last of several', { name: text }, ['--name', 'a', '--name', 'b'], { name: 'b' }],
      ['a default', { name: { ...text, default: 'x' } }, [], { name: 'x' }],
      ['nothing', { name: text, on: flag }, [], {}],
      ['a number', { n: count }, ['--n', '-1.5'], { n: -1.5 }],
      ['true', { on: flag }, ['--on'], { on: true }],
      ['false', { on: { ...flag, default: true } }, ['--no-on'], { on: false }],
      ['snake_case negated', { 'keep-it': flag }, ['--no-keep_it'], { 'keep-it': false }],
      ['a list in any form', { only: list }, ['--only', 'a, b', '--only=c', '--only', ','], { only: ['a', 'b', 'c'] }],
      ['an empty list', { only: list }, [], { only: [] }],
      ['a default list', { only: { ...list, default: ['a'] } }, [], { only: ['a'] }],
      ['pairs', { gpu: pairs }, ['--gpu', 'k80=1', '--gpu', 't4=a=b,c'], { gpu: { k80: '1', t4: 'a=b,c' } }],
      ['no pairs', { gpu: pairs }, [], { gpu: {} }],
      ['a choice', { level: { ...text, choices: ['a', 'b'] } }, ['--level', 'b'], { level: 'b' }],
    ])('reads %s', async (_what, flags, argv, values) => {
      expect(await read(flags, argv)).toEqual(values);
    });

    it.each<[what: string, flags: FlagSpecs, argv: string[], stderr: string]>([
      [
        'a word for a number',
        { port: count },
        ['--port', 'http'],
        'error: --port: not a number: "http"\nhint: Write --port as a number, in digits without a unit.\n',
      ],
      [
        'nothing for a number',
        { port: count },
        ['--port', ''],
        'error: --port: not a number: ""\nhint: Write --port as a number, in digits without a unit.\n',
      ],
      [
        'a number below the least',
        { n: { ...count, min: 1, integer: true } },
        ['--n', '0'],
        'error: --n: not a whole number, at least 1: "0"\nhint: Write --n as a whole number, at least 1, in digits without a unit.\n',
      ],
      [
        'no choice',
        { level: { ...text, choices: ['a', 'b'] } },
        ['--level', 'c'],
        'error: --level: not one of its choices: "c"\nhint: Choose one of a, b.\n',
      ],
      [
        'half a pair',
        { gpu: pairs },
        ['--gpu', 'k80'],
        'error: --gpu: not a pair: "k80"\nhint: Write it as --gpu KEY=VALUE.\n',
      ],
      [
        'missing ones, all at once',
        { a: { ...text, required: true }, b: { ...list, required: true, env: 'B' } },
        [],
        'error: missing required flags --a, --b (or B)\nhint: Give --a, --b (or B).\n',
      ],
      [
        'an unknown flag',
        { registry: text },
        ['--registy', 'x'],
        "error: unknown option '--registy'\nhint: Did you mean --registry?\n",
      ],
      [
        'a flag without its value',
        { registry: text },
        ['--registry'],
        'error: option \'--registry <value>\' argument missing\nhint: See "echo --help".\n',
      ],
    ])('refuses %s', async (_what, flags, argv, stderr) => {
      expect(await runForTest(echo(flags), argv)).toEqual({ code: 2, stdout: '', stderr });
    });

    it.each<[what: string, flags: FlagSpecs, argv: string[], env: Record<string, string>, values: unknown]>([
      ['the variable', { name: { ...text, env: 'NAME' } }, [], { NAME: 'x' }, { name: 'x' }],
      ['the flag over the variable', { name: { ...text, env: 'NAME' } }, ['--name', 'y'], { NAME: 'x' }, { name: 'y' }],
      [
        'the default for an empty variable',
        { name: { ...text, env: 'NAME', default: 'd' } },
        [],
        { NAME: '' },
        { name: 'd' },
      ],
      [
        'a required flag from its variable',
        { name: { ...text, env: 'NAME', required: true } },
        [],
        { NAME: 'x' },
        { name: 'x' },
      ],
      ['a boolean variable', { on: { ...flag, env: 'ON' } }, [], { ON: 'Yes' }, { on: true }],
      ['a list variable', { only: { ...list, env: 'ONLY' } }, [], { ONLY: 'a,b' }, { only: ['a', 'b'] }],
      ['a pairs variable', { gpu: { ...pairs, env: 'GPU' } }, [], { GPU: 'a=1,b=2' }, { gpu: { a: '1', b: '2' } }],
    ])('takes %s', async (_what, flags, argv, env, values) => {
      expect(await read(flags, argv, env)).toEqual(values);
    });

    it('names the variable that holds a wrong value', async () => {
      expect(await read({ on: { ...flag, env: 'ON' } }, [], { ON: 'maybe' })).toBe(
        'error: ON: neither true nor false: "maybe"\nhint: Set ON to true or false.\n',
      );
    });

    it('hands any text through unchanged', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string(), fc.string(), async (name, value) => {
          const pair = { key: value };
          expect(await read({ name: text, gpu: pairs }, ['--name', name, `--gpu=key=${value}`])).toEqual({
            name,
            gpu: pair,
          });
        }),
      );
    });

    it('never throws, whatever the arguments', async () => {
      const root = tool(
        echo(
          { name: text, on: flag, n: count, only: list, gpu: pairs },
          { arguments: [{ name: 'a', description: '' }] },
        ),
      );
      const words = fc.oneof(
        fc.string(),
        fc.constantFrom('echo', 'help', '--help', '--', '--name', '--no-on', '--n', '--gpu', '-', '--log-level'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(words), async (argv) => {
          const { code, stderr } = await runForTest(root, argv);
          expect([0, 2]).toContain(code);
          if (code === 2) expect(stderr).not.toBe('');
        }),
        { numRuns: 300 },
      );
    });
  });

  describe('arguments', () => {
    const one = [{ name: 'file', description: '', required: true }];

    it('hands over those before and after --', async () => {
      const command = tool(
        echo(
          { n: { type: 'number', description: '' } },
          { arguments: [{ name: 'a', description: '', variadic: true }] },
        ),
      );
      const { stdout } = await runForTest(command, ['echo', 'x', '--n', '1', 'y', '--', 'npm', '--n', '--', 'z']);
      expect(JSON.parse(stdout)).toEqual({ n: 1, args: ['x', 'y'], rest: ['npm', '--n', '--', 'z'] });
    });

    it.each([
      ['a missing one', [], 'error: missing required argument \'file\'\nhint: See "tool echo --help".\n'],
      [
        'a surplus one',
        ['a', 'b'],
        'error: too many arguments for \'echo\'. Expected 1 argument but got 2\nhint: See "tool echo --help".\n',
      ],
    ])('refuses %s', async (_what, args, stderr) => {
      expect(await runForTest(tool(echo({}, { arguments: one })), ['echo', ...args])).toEqual({
        code: 2,
        stdout: '',
        stderr,
      });
    });

    it('refuses an unknown command and suggests one', async () => {
      const result = await runForTest(tool(echo({})), ['ehco']);
      expect(result).toEqual({
        code: 2,
        stdout: '',
        stderr: "error: unknown command 'ehco'\nhint: Did you mean echo?\n",
      });
    });

    it('takes global flags before the command too', async () => {
      const { code } = await runForTest(tool(echo({})), ['--log-level', 'debug', 'echo', '--no-color']);
      expect(code).toBe(0);
    });
  });

  describe('help', () => {
    const build = echo(
      {
        registry: {
          type: 'string',
          description: 'where to push',
          required: true,
          env: 'REGISTRY',
          placeholder: 'host',
        },
        level: { type: 'string', description: 'how much', choices: ['a', 'b'], default: 'a' },
        push: { type: 'boolean', description: 'build only', default: true },
        secret: { type: 'string', description: 'not shown', hidden: true },
      },
      {
        examples: ['tool-echo --registry x', 'other'],
        arguments: [{ name: 'dir', description: 'what to build' }],
        json: true,
      },
    );

    it('shows a command whole, with examples as they are typed here', async () => {
      expect((await runForTest(tool(build), ['echo', '--help'])).stdout).toBe(
        [
          'Usage: tool echo [options] [dir]',
          '',
          'Print flags.',
          '',
          'Arguments:',
          '  dir                   what to build',
          '',
          'Options:',
          '  --registry <host>     where to push (required; env: REGISTRY)',
          '  --level <value>       how much (a|b; default: a)',
          '  --no-push             build only',
          '  --json                print the result as JSON',
          '  --log-level <value>   least severe messages to log (debug|info|warn|error;',
          '                        default: info)',
          '  --log-format <value>  how to write log messages (text|json; default: text)',
          '  --no-color            write no colours',
          '  -h, --help            show this help',
          '',
          'Examples:',
          '  $ tool echo --registry x',
          '  $ other',
          '',
        ].join('\n'),
      );
    });

    it('continues long examples on lines of their own', async () => {
      const example = `tool echo --registry registry.example.com/team --level a --secret ${'x'.repeat(20)} -- more`;
      const { stdout } = await runForTest(tool(echo({}, { examples: [example] })), ['echo', '--help']);
      expect(stdout).toContain(
        [
          '  $ tool echo --registry registry.example.com/team --level a \\',
          `      --secret ${'x'.repeat(20)} -- more`,
        ].join('\n'),
      );
    });

    it('stays within 80 columns', async () => {
      for (const argv of [['--help'], ['help', 'echo']]) {
        const { stdout, code } = await runForTest(tool(build), argv);
        expect(code).toBe(0);
        for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      }
    });

    it('goes to stderr, with code 2, where a command is missing', async () => {
      const { code, stdout, stderr } = await runForTest(tool(build), []);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('Usage: tool [options] [command]');
    });

    it('loads no handler', async () => {
      const load = () => Promise.reject(new Error('loaded'));
      expect((await runForTest(tool(echo({}, { load })), ['echo', '--help'])).code).toBe(0);
    });

    it('prints the version where there is one', async () => {
      expect(await runForTest(tool(build), ['--version'], { version: () => '1.2.3' })).toEqual({
        code: 0,
        stdout: '1.2.3\n',
        stderr: '',
      });
      expect((await runForTest(tool(build), ['--version'])).code).toBe(2);
    });
  });

  describe('results', () => {
    it.each([
      [undefined, 0],
      [0, 0],
      [1, 1],
      [130, 130],
    ])('turns %s of the handler into code %d', async (value, code) => {
      const command = defineCommand({ name: 'x', summary: 'x', examples: ['x'], load: async () => async () => value });
      expect((await runForTest(command, [])).code).toBe(code);
    });

    it.each<[what: string, error: unknown, code: number]>([
      ['any error', new Error('no'), 1],
      ['wrong usage', new UsageError('no'), 2],
      ['a code that means wrong usage', Object.assign(new Error('no'), { code: 'INVALID_CONFIG' }), 2],
      ['infrastructure', Object.assign(new Error('no'), { infrastructure: true }), 3],
      ['its own code', Object.assign(new Error('no'), { exitCode: 130, infrastructure: true }), 130],
      ['a code that would read as a pass', Object.assign(new Error('no'), { exitCode: 0 }), 1],
      ['what is no error', 'no', 1],
      ['nothing', undefined, 1],
    ])('turns %s thrown into a code', async (_what, error, code) => {
      expect((await runForTest(throwing(error), [])).code).toBe(code);
    });

    it('prints message, detail, cause and hint', async () => {
      const error = Object.assign(new Error('cannot build', { cause: new Error('ECONNREFUSED') }), {
        detail: 'step 1\nstep 2\n',
        hint: 'Start it.',
      });
      expect((await runForTest(throwing(error), [])).stderr).toBe(
        'error: cannot build\n  step 1\n  step 2\n  caused by: ECONNREFUSED\nhint: Start it.\n',
      );
    });

    it('prints each of several errors', async () => {
      const error = new AggregateError([new UsageError('one', { hint: 'Do.' }), new Error('two')], 'two failed');
      expect((await runForTest(throwing(error), [])).stderr).toBe(
        'error: two failed\n  error: one\n  hint: Do.\n  error: two\n',
      );
    });

    it('prints the stack only for debugging', async () => {
      const error = new Error('no');
      expect((await runForTest(throwing(error), [])).stderr).toBe('error: no\n');
      expect((await runForTest(throwing(error), ['--log-level', 'debug'])).stderr).toContain('run-command.test.ts');
    });
  });

  describe('colour', () => {
    const paint = (env: Record<string, string>, isTty: boolean, ...argv: string[]) => {
      const stderr = createTextSink(isTty ? { columns: 80, rows: 24 } : undefined);
      const command = defineCommand({
        name: 'x',
        summary: 'x',
        examples: ['x'],
        load: async () => async (context) => {
          context.print(String(context.color));
        },
      });
      const stdout = createTextSink();
      const signal = new AbortController().signal;
      const clock = { now: () => 0, sleep: async () => {} };
      const io = { env, cwd: '/', stdin: process.stdin, stdout, stderr, signal, clock };
      return runCommand(command, argv, io).then(() => stdout.text.trim() === 'true');
    };

    it.each<[what: string, env: Record<string, string>, isTty: boolean, argv: string[], color: boolean]>([
      ['on a terminal', {}, true, [], true],
      ['not in a pipe', {}, false, [], false],
      ['not with --no-color', {}, true, ['--no-color'], false],
      ['not with NO_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, [], false],
      ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, false, [], true],
      ['not on a dumb terminal', { TERM: 'dumb' }, true, [], false],
    ])('is used %s', async (_what, env, isTty, argv, color) => {
      expect(await paint(env, isTty, ...argv)).toBe(color);
    });
  });
});
