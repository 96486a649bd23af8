/**
 * What every Seatrial command line shares: commands, flags, logging, progress, exit codes.
 *
 * ```ts
 * import { defineCommand, runBin } from '@seatrial/cli';
 *
 * const command = defineCommand({
 *   name: 'greet',
 *   summary: 'greet someone',
 *   examples: ['greet --name Ada'],
 *   flags: { name: { type: 'string', description: 'who', default: 'you' } },
 *   load: async () => async ({ flags, print }) => print(`hello ${flags.name}`),
 * });
 * await runBin(command);
 * ```
 *
 * @module
 */
export { systemClock, type Clock } from './clock.js';
export {
  defineCommand,
  type ArgumentSpec,
  type Command,
  type CommandContext,
  type CommandDefinition,
  type CommandIo,
  type ContextOf,
  type Handler,
} from './command.js';
export { formatDuration } from './duration.js';
export { exitCodeOf, formatError, usageErrorCodes } from './error-report.js';
export { UsageError } from './errors.js';
export { exitCodes } from './exit-codes.js';
export { expandCommand, mountCommand, type MountedCommand } from './expand-command.js';
export {
  defineFlags,
  type AnyFlagValue,
  type FlagSpec,
  type FlagSpecs,
  type FlagType,
  type FlagValue,
  type FlagValues,
} from './flags.js';
export { createLineFilter, type LineFilter } from './line-filter.js';
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { makeOutputFolder } from './output-folder.js';
export {
  createProgress,
  type Progress,
  type ProgressOptions,
  type ProgressState,
  type ProgressTask,
  type ProgressUpdate,
} from './progress.js';
export { createRedactor, secretsOf, type Redactor, type RedactStream } from './redactor.js';
export { runBin, StopError, type Host, type RunBinOptions, type StopSignal } from './run-bin.js';
export { runCommand } from './run-command.js';
export { formatTable, type TableOptions } from './table.js';
