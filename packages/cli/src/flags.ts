/**
 * How a flag's text is read: `strings` may be repeated and split by commas, `pairs` are repeated `KEY=VALUE`.
 */
export type FlagType = 'string' | 'number' | 'boolean' | 'strings' | 'pairs';

/** One flag, as data. */
export interface FlagSpec {
  readonly type: FlagType;
  /** One phrase for `--help`, without default, choices and variable: those are added. */
  readonly description: string;
  /** Value when neither the flag nor its variable is given. */
  readonly default?: string | number | boolean | readonly string[];
  /** Whether leaving it out is a usage error. @default false */
  readonly required?: boolean;
  /** The only values taken (of `string` and `strings`). */
  readonly choices?: readonly string[];
  /** Environment variable that is read when the flag is not given; an empty one counts as not set. */
  readonly env?: string;
  /** One letter, for `-x`. */
  readonly short?: string;
  /** Word for the value in `--help`. @default by type */
  readonly placeholder?: string;
  /** Leaves it out of `--help`. @default false */
  readonly hidden?: boolean;
  /** Other spellings (kebab-case), accepted but not shown. snake_case is always accepted. */
  readonly aliases?: readonly string[];
  /** For numbers: smallest value taken. */
  readonly min?: number;
  /** For numbers: largest value taken. */
  readonly max?: number;
  /** For numbers: whether fractions are refused. @default false */
  readonly integer?: boolean;
}

/** Flags by their kebab-case names. */
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

type Word<Spec extends FlagSpec> = Spec extends { readonly choices: readonly (infer Choice extends string)[] }
  ? Choice
  : string;

type Single<Spec extends FlagSpec> = Spec['type'] extends 'number'
  ? number
  : Spec['type'] extends 'boolean'
    ? boolean
    : Word<Spec>;

type IsPresent<Spec extends FlagSpec> = Spec extends { readonly required: true }
  ? true
  : Spec extends { readonly default: string | number | boolean | readonly string[] }
    ? true
    : false;

/** What a handler gets for a flag: `undefined` only where it is neither required nor has a default. */
export type FlagValue<Spec extends FlagSpec> = Spec['type'] extends 'strings'
  ? readonly Word<Spec>[]
  : Spec['type'] extends 'pairs'
    ? Readonly<Record<string, string>>
    : IsPresent<Spec> extends true
      ? Single<Spec>
      : Single<Spec> | undefined;

/** What a handler gets for its flags, by their kebab-case names. */
export type FlagValues<Specs extends FlagSpecs> = { readonly [Name in keyof Specs]: FlagValue<Specs[Name]> };

/** Any flag's value. */
export type AnyFlagValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>> | undefined;

/** Names flags apart from their command, so that a handler in another file can be typed by them. Returns them as they are. */
export function defineFlags<const Specs extends FlagSpecs>(specs: Specs): Specs {
  return specs;
}
