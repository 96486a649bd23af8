import type { Instruction as ParsedInstruction } from 'dockerfile-ast';
import { DockerError } from './docker-error.js';

/** One line of a Dockerfile, continuations joined. */
export interface Instruction {
  /** In upper case. */
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the keyword and its flags. */
  readonly value: string;
  /** The value as a JSON array of strings, where it is one. */
  readonly json: readonly string[] | undefined;
  /** As it is shown: keyword, flags and value in one line. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** A build stage: from one FROM to the next. */
export interface Stage {
  /** Of `FROM … AS name`, in lower case. */
  readonly name: string | undefined;
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** ARG instructions before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly escape: string;
}

const known: ReadonlySet<string> = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);
const withFlags: Readonly<Record<string, readonly string[]>> = {
  ADD: ['chown', 'chmod'],
  COPY: ['chown', 'chmod', 'from'],
  FROM: ['platform'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'retries'],
  RUN: ['mount', 'network', 'security'],
};
const arrays: ReadonlySet<string> = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);

function parseError(line: number, message: string): DockerError {
  return new DockerError(400, `dockerfile parse error line ${line}: ${message}`);
}

/** A JSON array of strings; a shell command that happens to begin with a bracket is none. */
function findArray(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined; // then it is shell form, as the engine takes it
  }
}

function readInstruction(keyword: string, rest: string, line: number): Instruction {
  if (!known.has(keyword)) throw parseError(line, `unknown instruction: ${keyword}`);
  const flags: Record<string, string> = {};
  let value = rest.trim();
  const allowed = withFlags[keyword];
  for (let found = flagOf(value); allowed !== undefined && found !== undefined; found = flagOf(value)) {
    const { name, content, length } = found;
    value = value.slice(length).trimStart();
    if (name === '') break; // `--` ends the flags
    if (!allowed.includes(name)) throw parseError(line, `unknown flag: ${name}`);
    flags[name] = content;
  }
  if (value === '' && keyword !== 'CMD' && keyword !== 'ENTRYPOINT') {
    throw parseError(line, `${keyword} requires at least one argument`);
  }
  const written = Object.entries(flags).map(([name, content]) => `--${name}=${content} `);
  const text = `${keyword} ${written.join('')}${value}`;
  return { keyword, flags, value, json: arrays.has(keyword) ? findArray(value) : undefined, text, line };
}

function flagOf(text: string) {
  const found = /^--(?<name>[a-z-]*)(?:=(?<content>\S*))?(?:\s|$)/.exec(text);
  if (found === null) return undefined;
  return { name: found.groups?.['name'] ?? '', content: found.groups?.['content'] ?? 'true', length: found[0].length };
}

/** Reads one instruction, as in an ONBUILD trigger. @throws {DockerError} 400 */
export function parseInstruction(text: string, line: number): Instruction {
  const { keyword = '', rest = '' } = /^(?<keyword>\S+)(?<rest>[^]*)$/.exec(text.trim())?.groups ?? {};
  return readInstruction(keyword.toUpperCase(), rest, line);
}

/**
 * Reads a Dockerfile: comments, parser directives and continued lines as the engine's classic builder takes them.
 *
 * @throws {DockerError} 400 for what the engine refuses before it builds.
 * @see https://docs.docker.com/reference/dockerfile/
 */
export async function parseDockerfile(text: string): Promise<Dockerfile> {
  const { DockerfileParser } = await import('dockerfile-ast');
  const parsed = DockerfileParser.parse(text.replace(/^\uFEFF/, ''));
  const all = parsed.getInstructions().map((instruction: ParsedInstruction) => {
    const line = instruction.getRange().start.line + 1;
    // The parser keeps flags apart from the arguments.
    const flags = 'getFlags' in instruction ? (instruction as WithFlags).getFlags() : [];
    const rest = [...flags.map(String), instruction.getArgumentsContent() ?? ''].join(' ');
    if (/<<-?\s*["']?\w/.test(rest) && ['RUN', 'COPY', 'ADD'].includes(instruction.getKeyword())) {
      throw parseError(line, 'here-documents need BuildKit, which the sandbox does not have');
    }
    return readInstruction(instruction.getKeyword(), rest, line);
  });
  if (all.length === 0) throw new DockerError(400, 'file with no instructions');
  const first = all.findIndex((instruction) => instruction.keyword === 'FROM');
  const stray = all.slice(0, first < 0 ? all.length : first).find((instruction) => instruction.keyword !== 'ARG');
  if (stray !== undefined) throw parseError(stray.line, 'no build stage in current context');
  if (first < 0) throw new DockerError(400, 'no build stage in current context');
  const stages: { name: string | undefined; from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of all.slice(first)) {
    if (instruction.keyword === 'FROM') stages.push({ ...readFrom(instruction), instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return { globals: all.slice(0, first), stages, escape: parsed.getEscapeCharacter() };
}

interface WithFlags extends ParsedInstruction {
  getFlags(): readonly { toString(): string }[];
}

function readFrom(from: Instruction): { readonly name: string | undefined; readonly from: Instruction } {
  const words = from.value.split(/\s+/);
  const [image = '', as, name, more] = words;
  if (as === undefined) return { name: undefined, from };
  if (as.toLowerCase() !== 'as' || name === undefined || more !== undefined) {
    throw parseError(from.line, 'FROM requires either one or three arguments');
  }
  if (!/^[a-z][a-z0-9-_.]*$/i.test(name))
    throw parseError(
      from.line,
      `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`,
    );
  return { name: name.toLowerCase(), from: { ...from, value: image } };
}
