import type { Command, CommandContext, CommandIo } from './command.js';
import { exitCodeOf, formatError } from './error-report.js';
import { exitCodes } from './exit-codes.js';
import { expandCommand } from './expand-command.js';
import { readFlags } from './flag-reader.js';
import type { AnyFlagValue } from './flags.js';
import type { LogLevel } from './logger.js';
import { createLogger } from './logger.js';
import { flagsOf, parseArgv } from './program.js';

/**
 * Runs the command that `argv` (without node and script) names and returns the exit code: the handler's own, 0 for
 * nothing, or the one of what was thrown, after printing that to stderr. Never throws.
 */
export async function runCommand(command: Command, argv: readonly string[], io: CommandIo): Promise<number> {
  const separator = argv.indexOf('--');
  const before = separator < 0 ? argv : argv.slice(0, separator);
  const rest = separator < 0 ? [] : argv.slice(separator + 1);
  const isTty = 'isTTY' in io.stderr && io.stderr.isTTY === true;
  const isColorful = wantsColor(io, isTty) && !before.includes('--no-color');
  const early = { color: isColorful, withStack: false };
  try {
    const { stdout, stderr, version } = io;
    const whole = await expandCommand(command, new Set(before));
    const invocation = parseArgv(whole, before, { stdout, stderr, version, color: isColorful });
    if (invocation.kind === 'done') return invocation.exitCode;
    const flags = readFlags(flagsOf(invocation.command), invocation.given, io.env);
    early.withStack = flags['log-level'] === 'debug';
    early.color = isColorful && flags['color'] !== false;
    const context = createContext(io, { flags, args: invocation.args, rest, isTty, color: early.color });
    const handler = await invocation.command.load?.();
    return (await handler?.(context)) ?? exitCodes.success;
  } catch (error) {
    io.stderr.write(`${formatError(error, early)}\n`);
    return exitCodeOf(error);
  }
}

function createContext(
  io: CommandIo,
  parsed: {
    readonly flags: Record<string, AnyFlagValue>;
    readonly args: readonly string[];
    readonly rest: readonly string[];
    readonly isTty: boolean;
    readonly color: boolean;
  },
): CommandContext {
  const { flags, args, rest, isTty, color } = parsed;
  return {
    ...io,
    flags: { ...flags, json: flags['json'] === true },
    args,
    rest,
    isTty,
    color,
    logger: createLogger({
      stream: io.stderr,
      level: flags['log-level'] as LogLevel,
      format: flags['log-format'] as 'text' | 'json',
      color,
      clock: io.clock,
    }),
    print: (text) => void io.stdout.write(`${text}\n`),
    printJson: (value) => void io.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
  };
}

// https://no-color.org and the FORCE_COLOR of Node itself.
function wantsColor(io: CommandIo, isTty: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isTty && TERM !== 'dumb';
}
