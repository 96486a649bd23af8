import { UsageError } from './errors.js';
import type { AnyFlagValue, FlagSpec, FlagSpecs } from './flags.js';

/** Flags as they were written, by kebab-case name: each use in order, `true`/`false` for `--x` and `--no-x`. */
export type GivenFlags = ReadonlyMap<string, readonly (string | boolean)[]>;

/**
 * Reads flags by their specs: what was written, else the environment variable, else the default.
 *
 * @throws {UsageError} for the first value that cannot be read, or all required flags that are missing.
 */
export function readFlags(
  specs: FlagSpecs,
  given: GivenFlags,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, AnyFlagValue> {
  const missing: string[] = [];
  const values: Record<string, AnyFlagValue> = {};
  for (const [name, spec] of Object.entries(specs)) {
    values[name] = readFlag(name, spec, given.get(name), env);
    if (spec.required === true && isAbsent(values[name])) {
      missing.push(spec.env === undefined ? `--${name}` : `--${name} (or ${spec.env})`);
    }
  }
  if (missing.length > 0) {
    const hint = `Give ${missing.join(', ')}.`;
    throw new UsageError(`missing required ${missing.length === 1 ? 'flag' : 'flags'} ${missing.join(', ')}`, { hint });
  }
  return values;
}

function isAbsent(value: AnyFlagValue): boolean {
  return value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}

function readFlag(
  name: string,
  spec: FlagSpec,
  uses: readonly (string | boolean)[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
): AnyFlagValue {
  if (uses !== undefined) return readUses(`--${name}`, spec, uses);
  const variable = spec.env === undefined ? undefined : env[spec.env];
  if (variable !== undefined && variable !== '') {
    const parts = spec.type === 'pairs' ? variable.split(',') : [variable];
    return readUses(spec.env ?? '', spec, parts);
  }
  if (spec.type === 'pairs') return {};
  return spec.default ?? (spec.type === 'strings' ? [] : undefined);
}

function readUses(label: string, spec: FlagSpec, uses: readonly (string | boolean)[]): AnyFlagValue {
  const last = uses.at(-1) ?? '';
  switch (spec.type) {
    case 'boolean':
      return typeof last === 'boolean' ? last : readBoolean(label, last);
    case 'number':
      return readNumber(label, spec, String(last));
    case 'string':
      return readChoice(label, spec, String(last));
    case 'strings':
      return uses
        .flatMap((use) => String(use).split(','))
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => readChoice(label, spec, part));
    case 'pairs':
      return Object.fromEntries(uses.map((use) => readPair(label, String(use))));
  }
}

function readBoolean(label: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new UsageError(`${label}: neither true nor false: ${JSON.stringify(text)}`, {
    hint: `Set ${label} to true or false.`,
  });
}

function readNumber(label: string, spec: FlagSpec, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const { min = -Infinity, max = Infinity, integer = false } = spec;
  if (Number.isFinite(number) && number >= min && number <= max && (!integer || Number.isInteger(number)))
    return number;
  const kind = integer ? 'a whole number' : 'a number';
  const bounds = [...(min > -Infinity ? [`at least ${min}`] : []), ...(max < Infinity ? [`at most ${max}`] : [])].join(
    ' and ',
  );
  const wanted = bounds === '' ? kind : `${kind}, ${bounds}`;
  throw new UsageError(`${label}: not ${wanted}: ${JSON.stringify(text)}`, {
    hint: `Write ${label} as ${wanted}, in digits without a unit.`,
  });
}

function readChoice(label: string, spec: FlagSpec, text: string): string {
  if (spec.choices === undefined || spec.choices.includes(text)) return text;
  throw new UsageError(`${label}: not one of its choices: ${JSON.stringify(text)}`, {
    hint: `Choose one of ${spec.choices.join(', ')}.`,
  });
}

function readPair(label: string, text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1)];
  throw new UsageError(`${label}: not a pair: ${JSON.stringify(text)}`, { hint: `Write it as ${label} KEY=VALUE.` });
}
