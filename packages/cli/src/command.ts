import type { Clock } from './clock.js';
import type { AnyFlagValue, FlagSpecs, FlagValues } from './flags.js';
import type { Logger } from './logger.js';

/** One positional argument. Only the last one of a command may be variadic. */
export interface ArgumentSpec {
  /** Word for `--help`, lower case. */
  readonly name: string;
  /** One phrase for `--help`. */
  readonly description: string;
  /** Whether leaving it out is a usage error. @default false */
  readonly required?: boolean;
  /** Whether it takes all that follows. @default false */
  readonly variadic?: boolean;
}

/** The surroundings of a command, handed in at the edge. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative paths start from. */
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream;
  /** For results. */
  readonly stdout: NodeJS.WritableStream;
  /** For progress, logs and errors. */
  readonly stderr: NodeJS.WritableStream;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /**
   * Tells what to say if the process leaves before all is cleaned up (a third stop signal): what is left behind, and how
   * to remove it. Called again, the returned function takes it back.
   */
  readonly onForcedExit?: (say: () => string) => () => void;
  /** What `--version` prints. Without it there is no such flag. */
  readonly version?: () => string;
}

/** What a handler works with. */
export interface CommandContext<Flags = Readonly<Record<string, AnyFlagValue>>> extends CommandIo {
  /** By kebab-case name; `json` is there for every command and true only where the command offers `--json`. */
  readonly flags: Flags & { readonly json: boolean };
  /** Positional arguments before `--`. */
  readonly args: readonly string[];
  /** All that follows `--`, as it is. */
  readonly rest: readonly string[];
  readonly logger: Logger;
  /** Whether stderr, where progress goes, is a terminal. */
  readonly isTty: boolean;
  /** Whether to write colours. */
  readonly color: boolean;
  /** Writes a line to stdout. */
  print(text: string): void;
  /** Writes a value to stdout as indented JSON. */
  printJson(value: unknown): void;
}

/** The context of a handler whose flags are declared with `defineFlags`. */
export type ContextOf<Specs extends FlagSpecs> = CommandContext<FlagValues<Specs>>;

/** Does the work and returns the exit code; nothing is 0. May throw: the error's message and hint are printed. */
export type Handler<Flags = Readonly<Record<string, AnyFlagValue>>> = (
  context: CommandContext<Flags>,
) => Promise<number | void>;

interface CommandBase {
  readonly name: string;
  /** One phrase for the list in the parent's `--help`. */
  readonly summary: string;
  /** Paragraphs for the command's own `--help`. @default the summary */
  readonly description?: string;
  /** Whole command lines, at least one. `seatrial-x …` is shown as `seatrial x …` where it is mounted. */
  readonly examples: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  /** Commands below this one. */
  readonly commands?: readonly Command[];
  /** Whether to offer `--json`. @default false */
  readonly json?: boolean;
}

/** A command with its flags' types, as `defineCommand` takes it. */
export interface CommandDefinition<Specs extends FlagSpecs> extends CommandBase {
  readonly flags?: Specs;
  /** Imports the handler. Called only when the command runs, so that `--help` stays quick. */
  load?(): Promise<Handler<FlagValues<Specs>>>;
}

/** A command as data: any program may mount it. */
export interface Command extends CommandBase {
  readonly flags?: FlagSpecs;
  load?(): Promise<Handler>;
  /** Imports all but name and summary, which are all that is here: see `mountCommand`. */
  readonly expand?: () => Promise<Command>;
}

/** Makes a command whose handler is typed by its flags. */
export function defineCommand<const Specs extends FlagSpecs = Record<never, never>>(
  definition: CommandDefinition<Specs>,
): Command {
  // The types of the flags hold only between the specs and the handler: `runCommand` fills them by the same specs.
  return definition as unknown as Command;
}
