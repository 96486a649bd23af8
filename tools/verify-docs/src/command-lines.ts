import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { type Command, expandCommand, runCommand, systemClock } from '@seatrial/cli';
import { command as cli } from '@seatrial/cli/commands';
import { command as deploy } from '@seatrial/deploy/commands';
import { command as gke } from '@seatrial/gke/commands';
import { command as helm } from '@seatrial/helm/commands';
import { command as junit } from '@seatrial/junit/commands';
import { command as pipeline } from '@seatrial/pipeline/commands';
import { command as prow } from '@seatrial/prow/commands';
import { command as release } from '@seatrial/release/commands';
import { command as sandbox } from '@seatrial/sandbox/commands';
import { command as storage } from '@seatrial/storage/commands';
import { command as seatrial } from 'seatrial/commands';
import { globSync } from 'tinyglobby';

// Whole, with what is mounted: a command that was imported only when it is run could not be kept from running.
const programs = new Map(
  (
    await Promise.all(
      [seatrial, cli, deploy, gke, helm, junit, pipeline, prow, release, sandbox, storage].map((one) =>
        expandCommand(one),
      ),
    )
  ).map((one) => [one.name, one]),
);

/** Programs of others that documents may name. What they are told is checked only for paths of this repository. */
const others = new Set(
  'bash cat cd chmod set curl docker echo eval export gcloud git helm kind kubectl mkdir openssl rm source'.split(' '),
);

/** What became of a command line: the parser took it, or only its program and paths are known to be right. */
export type Finding = { readonly kind: 'parsed' | 'known' } | { readonly kind: 'wrong'; readonly message: string };

/** Checks a command line by the parser of its program, without starting anything. */
export async function checkCommandLine(argv: readonly string[], root: string, folder: string): Promise<Finding> {
  const [program = '', ...args] = argv;
  const missing = argv.find((word) => isOwnPath(word) && !existsSync(join(root, word)));
  if (missing !== undefined) return wrong(`there is no ${missing}`);
  const command = programs.get(program);
  if (command !== undefined) return parse(command, args);
  if (program === 'npm') return checkNpm(args, root, folder);
  if (program === 'nx') return checkNx(args, root);
  if (program === 'node' || program === 'tsx') return checkScript(args, root, folder);
  if (program === 'seatrial-ui') return { kind: 'known' };
  return others.has(program) ? { kind: 'known' } : wrong(`not a known program: ${program}`);
}

/** Names of all flags of all commands, as `--name`. */
export function allFlags(): ReadonlySet<string> {
  const flags = new Set(['--help', '--version', '--json', '--log-level', '--log-format', '--no-color']);
  const visit = (command: Command): void => {
    for (const [name, { aliases }] of Object.entries(command.flags ?? {}))
      for (const one of [name, ...((aliases as readonly string[] | undefined) ?? [])])
        flags.add(`--${one}`).add(`--no-${one}`);
    command.commands?.forEach(visit);
  };
  for (const command of programs.values()) visit(command);
  return flags;
}

/** The command that words such as `seatrial runs list` name, or what is wrong with them. */
export function findCommand(words: readonly string[]): Finding {
  const [program = '', ...path] = words;
  let at = programs.get(program);
  if (at === undefined) return program === 'seatrial-ui' ? { kind: 'known' } : wrong(`no program ${program}`);
  for (const word of path) {
    if (at.commands === undefined || !/^[a-z][a-z-]*$/.test(word)) break;
    const next: Command | undefined = at.commands.find(({ name }) => name === word);
    if (next === undefined) return wrong(`${at.name} has no command ${word}`);
    at = next;
  }
  return { kind: 'parsed' };
}

async function parse(command: Command, argv: readonly string[]): Promise<Finding> {
  let text = '';
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const { signal } = new AbortController();
  const io = {
    env: {},
    cwd: '/',
    stdin: new PassThrough().end(),
    stdout: sink,
    stderr: sink,
    signal,
    clock: systemClock,
  };
  const code = await runCommand(withoutHandlers(command), argv, { ...io, version: () => '0' });
  return code === 0 ? { kind: 'parsed' } : wrong(text.trim().split('\n')[0] ?? `exit code ${code}`);
}

function withoutHandlers({ load, expand, commands, ...rest }: Command): Command {
  if (expand !== undefined) throw new TypeError(`${rest.name} is mounted and would run`);
  return {
    ...rest,
    ...(load === undefined ? {} : { load: async () => async () => 0 }),
    ...(commands === undefined ? {} : { commands: commands.map(withoutHandlers) }),
  };
}

function checkNpm(args: readonly string[], root: string, folder: string): Finding {
  const [verb = '', name = ''] = args.filter((word) => !word.startsWith('-'));
  if (['ci', 'install', 'init', 'pack', 'view'].includes(verb)) return { kind: 'known' };
  const script = verb === 'run' ? name : verb;
  const found = [folder, '.'].some((one) => scriptsOf(join(root, one, 'package.json')).includes(script));
  return found ? { kind: 'parsed' } : wrong(`no package.json here has a script ${script}`);
}

function checkNx(args: readonly string[], root: string): Finding {
  const [verb = '', ...rest] = args;
  if (['release', 'sync', 'sync:check', 'show', 'graph', 'reset'].includes(verb)) return { kind: 'known' };
  const targets = targetsOf(root);
  const wanted: (readonly [project: string | undefined, target: string])[] = [];
  if (verb === 'run') wanted.push((rest[0] ?? '').split(':') as [string, string]);
  else if (verb === 'run-many')
    for (const target of rest.slice(rest.indexOf('-t') + 1)) wanted.push([undefined, target]);
  else wanted.push([rest[0], verb]);
  for (const [project, target] of wanted) {
    const all = project === undefined ? [...targets.values()].flat() : (targets.get(project) ?? []);
    if (!all.includes(target)) return wrong(`nx knows no target ${target} of ${project ?? 'any project'}`);
  }
  return { kind: 'parsed' };
}

function checkScript(args: readonly string[], root: string, folder: string): Finding {
  const file = args.find((word) => !word.startsWith('-')) ?? '';
  if (args[0] === '-e' || [folder, '.'].some((one) => existsSync(join(root, one, file)))) return { kind: 'known' };
  return wrong(`there is no ${file}`);
}

function targetsOf(root: string): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const file of globSync(
    ['packages/*', 'apps/*', 'examples/*', 'bench', 'tools/*'].map((dir) => `${dir}/package.json`),
    { cwd: root },
  )) {
    const { name, nx } = readJson(join(root, file)) as { name: string; nx?: { name?: string; targets?: object } };
    targets.set(nx?.name ?? name, [...scriptsOf(join(root, file)), ...Object.keys(nx?.targets ?? {})]);
  }
  return targets;
}

function scriptsOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return Object.keys((readJson(file) as { scripts?: object }).scripts ?? {});
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const isOwnPath = (word: string): boolean => /^(packages|apps|examples|docs|tools|bench)\/[\w./-]+$/.test(word);
const wrong = (message: string): Finding => ({ kind: 'wrong', message });

/** Folder of a page, where its relative paths start. */
export const folderOf = (file: string): string => dirname(file);
