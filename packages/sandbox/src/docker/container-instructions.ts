import { posix } from 'node:path';
import type { ContainerConfig, Healthcheck } from '../registry/image-config.js';
import { DockerError } from './docker-error.js';
import type { Instruction } from './dockerfile.js';
import { expandWord, splitWords } from './shell-words.js';
import type { Variables } from './shell-words.js';

/** Where an instruction is carried out. */
export interface InstructionContext {
  readonly variables: Variables;
  readonly escape: string;
  /** Whether this stage has set CMD itself. */
  readonly hasCmd: boolean;
}

const DEFAULT_SHELL = ['/bin/sh', '-c'];

function expand(text: string, { variables, escape }: InstructionContext): string {
  return expandWord(text, { variables, escape });
}

function split(text: string, { variables, escape }: InstructionContext): string[] {
  return splitWords(text, { variables, escape });
}

/** Exec form as it is, shell form with the image's shell in front. */
function command({ json, value }: Instruction, { Shell = DEFAULT_SHELL }: ContainerConfig): readonly string[] | null {
  if (json !== undefined) return json;
  return value === '' ? null : [...Shell, value];
}

/** `A=1 B="2 3"`, or the old `A 1`. */
function parsePairs(instruction: Instruction, context: InstructionContext): [string, string][] {
  const { value, line, keyword } = instruction;
  if (!/^(?:"[^"]*"|'[^']*'|[^\s=])+=/.test(value)) {
    const { name, rest } = /^(?<name>\S+)\s+(?<rest>[^]*)$/.exec(value)?.groups ?? {};
    if (name === undefined || rest === undefined) {
      throw new DockerError(400, `dockerfile parse error line ${line}: ${keyword} must have two arguments`);
    }
    return [[name, expand(rest, context)]];
  }
  return split(value, context).map((word) => {
    const at = word.indexOf('=');
    if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
    const message = `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`;
    throw new DockerError(400, `dockerfile parse error line ${line}: ${message}`);
  });
}

/** Sets variables in a list of `NAME=value`, each in its place if it is there. */
export function setEnv(env: readonly string[], pairs: readonly (readonly [string, string])[]): string[] {
  const set = [...env];
  for (const [name, value] of pairs) {
    const at = set.findIndex((item) => item.startsWith(`${name}=`));
    set.splice(at < 0 ? set.length : at, at < 0 ? 0 : 1, `${name}=${value}`);
  }
  return set;
}

const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Go's duration in nanoseconds. */
function parseDuration(flag: string, text: string): number {
  const parts = [...text.matchAll(/(?<number>\d+(?:\.\d+)?)(?<unit>ns|us|µs|ms|s|m|h)/g)];
  if (text === '0') return 0;
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new DockerError(400, `invalid duration for --${flag}: ${JSON.stringify(text)}`);
  }
  return parts.reduce((sum, { groups }) => sum + Number(groups?.['number']) * (units[groups?.['unit'] ?? ''] ?? 0), 0);
}

function readHealthcheck(instruction: Instruction, config: ContainerConfig): Healthcheck {
  const { value, flags, line } = instruction;
  const { kind = '', rest = '' } = /^(?<kind>\S+)\s*(?<rest>[^]*)$/.exec(value)?.groups ?? {};
  if (kind.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD' || rest === '') {
    throw new DockerError(
      400,
      `dockerfile parse error line ${line}: Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`,
    );
  }
  const exec = rest.startsWith('[') ? (JSON.parse(rest) as string[]) : undefined;
  const { Shell } = config;
  const shell = Shell === undefined ? ['CMD-SHELL', rest] : ['CMD', ...Shell, rest];
  const time = (flag: string) => (flags[flag] === undefined ? undefined : parseDuration(flag, flags[flag]));
  const fields = {
    Interval: time('interval'),
    Timeout: time('timeout'),
    StartPeriod: time('start-period'),
    Retries: flags['retries'] === undefined ? undefined : Number(flags['retries']),
  };
  const given = Object.entries(fields).filter(([, item]) => item !== undefined);
  return { Test: exec === undefined ? shell : ['CMD', ...exec], ...Object.fromEntries(given) };
}

function readPorts(words: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    words.flatMap((word) => {
      const {
        first,
        last = first,
        protocol = 'tcp',
      } = /^(?<first>\d{1,5})(?:-(?<last>\d{1,5}))?(?:\/(?<protocol>tcp|udp|sctp))?$/i.exec(word)?.groups ?? {};
      if (first === undefined || Number(last) < Number(first) || Number(last) > 65_535) {
        throw new DockerError(400, `Invalid containerPort: ${word}`);
      }
      const count = Number(last) - Number(first) + 1;
      return Array.from({ length: count }, (_, index) => [`${Number(first) + index}/${protocol.toLowerCase()}`, {}]);
    }),
  );
}

/**
 * The configuration after an instruction that only changes it; `undefined` for one that does more.
 *
 * @throws {DockerError} 400
 */
export function applyInstruction(
  config: ContainerConfig,
  instruction: Instruction,
  context: InstructionContext,
): ContainerConfig | undefined {
  const { keyword, value, json } = instruction;
  switch (keyword) {
    case 'ENV':
      return { ...config, Env: setEnv(config.Env ?? [], parsePairs(instruction, context)) };
    case 'LABEL':
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(parsePairs(instruction, context)) } };
    case 'CMD':
      return { ...config, Cmd: command(instruction, config) };
    case 'ENTRYPOINT':
      // A CMD that came with the base was meant for the base's entrypoint.
      return { ...config, Entrypoint: command(instruction, config), ...(context.hasCmd ? {} : { Cmd: null }) };
    case 'USER':
      return { ...config, User: expand(value, context) };
    case 'WORKDIR':
      return { ...config, WorkingDir: posix.resolve('/', config.WorkingDir ?? '', expand(value, context)) };
    case 'EXPOSE':
      return { ...config, ExposedPorts: { ...config.ExposedPorts, ...readPorts(split(value, context)) } };
    case 'VOLUME': {
      const paths = (json ?? split(value, context)).map((path) => (json === undefined ? path : expand(path, context)));
      return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) } };
    }
    case 'STOPSIGNAL':
      return { ...config, StopSignal: expand(value, context) };
    case 'SHELL':
      if (json !== undefined) return { ...config, Shell: json };
      throw new DockerError(400, 'SHELL requires the arguments to be in JSON form');
    case 'HEALTHCHECK':
      return { ...config, Healthcheck: readHealthcheck(instruction, config) };
    case 'ONBUILD':
      return { ...config, OnBuild: [...(config.OnBuild ?? []), value] };
    default:
      return undefined;
  }
}
