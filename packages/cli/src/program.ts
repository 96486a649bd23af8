import { Command as Program, CommanderError, Option } from 'commander';
import type { ArgumentSpec, Command } from './command.js';
import { UsageError } from './errors.js';
import type { GivenFlags } from './flag-reader.js';
import type { FlagSpec, FlagSpecs } from './flags.js';

/** What a command line asks for: to run a command, or nothing more (help or version is already printed). */
export type Invocation =
  | { readonly kind: 'run'; readonly command: Command; readonly args: string[]; readonly given: GivenFlags }
  | { readonly kind: 'done'; readonly exitCode: 0 | 2 };

/** Where help goes and how it looks. */
export interface ProgramIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly color: boolean;
  readonly version?: (() => string) | undefined;
}

const HELP_WIDTH = 80;

/** Flags that every command takes, unless it has its own of that name. */
export const globalFlags = {
  'log-level': {
    type: 'string',
    description: 'least severe messages to log',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
  },
  'log-format': {
    type: 'string',
    description: 'how to write log messages',
    choices: ['text', 'json'],
    default: 'text',
  },
  color: { type: 'boolean', description: 'write no colours', default: true },
} as const satisfies FlagSpecs;

const jsonFlag = { type: 'boolean', description: 'print the result as JSON' } as const satisfies FlagSpec;

/** All flags a command takes, its own first. */
export function flagsOf(command: Command): FlagSpecs {
  return {
    ...command.flags,
    ...(command.json === true ? { json: jsonFlag } : {}),
    ...without(globalFlags, command.flags),
  };
}

function without(specs: FlagSpecs, own: FlagSpecs = {}): FlagSpecs {
  return Object.fromEntries(Object.entries(specs).filter(([name]) => own[name] === undefined));
}

/**
 * Reads a command line by a tree of commands, without running anything.
 *
 * @throws {UsageError} for unknown commands and flags, missing and surplus arguments.
 */
export function parseArgv(root: Command, argv: readonly string[], io: ProgramIo): Invocation {
  const state: ParseState = { path: root.name, given: new Map() };
  const program = createProgram(root, undefined, io, state);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version')
      return { kind: 'done', exitCode: 0 };
    if (error.code === 'commander.help') return { kind: 'done', exitCode: error.exitCode === 0 ? 0 : 2 };
    throw toUsageError(error, state.path);
  }
  return state.invocation ?? { kind: 'done', exitCode: 2 };
}

/** What is found out while commander parses, which goes through callbacks. */
interface ParseState {
  /** Names from the root to the command that refused the line. */
  path: string;
  readonly given: Map<string, (string | boolean)[]>;
  invocation?: Invocation;
}

function createProgram(command: Command, parent: Program | undefined, io: ProgramIo, state: ParseState): Program {
  const program = new Program(command.name);
  const root = parent === undefined ? command.name : rootOf(parent).name();
  if (parent === undefined) configure(program, io);
  else program.copyInheritedSettings(parent);
  program.exitOverride((error) => {
    state.path = pathOf(program);
    throw error;
  });
  program.summary(command.summary).description(command.description ?? `${capitalized(command.summary)}.`);
  program.helpOption('-h, --help', 'show this help').enablePositionalOptions();
  if (command.commands?.some(({ name }) => name === 'help') === true) program.helpCommand(false);
  else if (command.commands !== undefined) program.helpCommand('help [command]', 'show help for a command');
  for (const argument of command.arguments ?? []) program.argument(formatArgument(argument), argument.description);
  for (const [name, spec] of Object.entries(flagsOf(command))) addFlag(program, name, spec, state.given);
  if (parent === undefined && io.version !== undefined && command.flags?.['version'] === undefined)
    addVersion(program, io);
  program.addHelpText('after', () => formatExamples(command.examples, root, io.color));
  if (command.load !== undefined) {
    program.action(() => {
      state.invocation = { kind: 'run', command, args: program.args, given: state.given };
    });
  }
  if (parent !== undefined) parent.addCommand(program);
  // Linked to its parent first: usage lines and the root's name are read from there.
  for (const child of command.commands ?? []) createProgram(child, program, io, state);
  return program;
}

function configure(program: Program, io: ProgramIo): void {
  program.showSuggestionAfterError(true);
  program.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: () => undefined, // reported by whoever called
    getOutHelpWidth: () => HELP_WIDTH,
    getErrHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => io.color,
    getErrHasColors: () => io.color,
  });
  program.configureHelp({ styleTitle: (title) => (io.color ? `\u001b[1m${title}\u001b[0m` : title) });
}

function addVersion(program: Program, io: ProgramIo): void {
  program.addOption(new Option('--version', 'print the version'));
  program.on('option:version', () => {
    io.stdout.write(`${io.version?.() ?? ''}\n`);
    throw new CommanderError(0, 'commander.version', 'version');
  });
}

function addFlag(program: Program, name: string, spec: FlagSpec, given: Map<string, (string | boolean)[]>): void {
  const value = spec.type === 'boolean' ? '' : ` <${spec.placeholder ?? placeholders[spec.type]}>`;
  const isNegative = spec.type === 'boolean' && spec.default === true;
  const note = (use: string | boolean) => void given.set(name, [...(given.get(name) ?? []), use]);
  const add = (flags: string, use: boolean | undefined, hidden: boolean) => {
    const option = new Option(flags, describe(spec)).hideHelp(hidden);
    program.addOption(option);
    program.on(`option:${option.name()}`, (text: string | undefined) => note(use ?? text ?? ''));
  };
  for (const spelling of spellings(name, spec)) {
    const hidden = spec.hidden === true || spelling !== name;
    const short = spec.short !== undefined && spelling === name ? `-${spec.short}, ` : '';
    add(`${short}--${spelling}${value}`, spec.type === 'boolean' ? true : undefined, hidden || isNegative);
    if (spec.type === 'boolean') add(`--no-${spelling}`, false, hidden || !isNegative);
  }
}

function spellings(name: string, spec: FlagSpec): readonly string[] {
  const kebab = [name, ...(spec.aliases ?? [])];
  return [...new Set([...kebab, ...kebab.map((spelling) => spelling.replaceAll('-', '_'))])];
}

const placeholders = { string: 'value', number: 'n', strings: 'list', pairs: 'key=value' } as const;

function describe(spec: FlagSpec): string {
  const isPlainBoolean = spec.type === 'boolean';
  const facts = [
    ...(spec.required === true ? ['required'] : []),
    ...(spec.choices === undefined ? [] : [formatChoices(spec.choices)]),
    ...(spec.default === undefined || isPlainBoolean || spec.default === ''
      ? []
      : [`default: ${String(spec.default)}`]),
    ...(spec.env === undefined ? [] : [`env: ${spec.env}`]),
    ...(spec.type === 'strings' ? ['repeatable, or split by commas'] : spec.type === 'pairs' ? ['repeatable'] : []),
  ];
  return facts.length === 0 ? spec.description : `${spec.description} (${facts.join('; ')})`;
}

function formatArgument({ name, required = false, variadic = false }: ArgumentSpec): string {
  const word = variadic ? `${name}...` : name;
  return required ? `<${word}>` : `[${word}]`;
}

function formatExamples(examples: readonly string[], root: string, color: boolean): string {
  const title = color ? '\u001b[1mExamples:\u001b[0m' : 'Examples:';
  const lines = examples.map((example) =>
    foldCommandLine(`  $ ${example.startsWith(`${root}-`) ? example.replace('-', ' ') : example}`),
  );
  return `\n${title}\n${lines.join('\n')}`;
}

/** Continues a command line of more columns than the help has on lines of its own, each cut before an option. */
function foldCommandLine(text: string): string {
  const lines = [''];
  for (const part of text.split(/ (?=--)/)) {
    const line = lines.at(-1) ?? '';
    if (line === '' || line.length + part.length + ' '.length + ' \\'.length <= HELP_WIDTH) {
      lines[lines.length - 1] = line === '' ? part : `${line} ${part}`;
    } else lines.push(`      ${part}`);
  }
  return lines.join(' \\\n');
}

function pathOf(program: Program): string {
  return program.parent === null ? program.name() : `${pathOf(program.parent)} ${program.name()}`;
}

function rootOf(program: Program): Program {
  return program.parent === null ? program : rootOf(program.parent);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function toUsageError(error: CommanderError, path: string): UsageError {
  const [first = '', ...others] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\((Did you mean .*\?)\)/.exec(others.join(' '))?.[1];
  return new UsageError(first.replace(/\.$/, ''), {
    cause: error,
    hint: suggestion ?? `See "${path} --help".`,
  });
}

/** As `a|b`, which no line break splits; a long list with spaces, so that it fits into its lines. */
function formatChoices(choices: readonly string[]): string {
  const short = choices.join('|');
  return short.length > 40 ? choices.join(' | ') : short;
}
