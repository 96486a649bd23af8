import { createRequire } from 'node:module';
import type * as Pino from 'pino';
import type { Clock } from './clock.js';
import { printable } from './text-width.js';

/** Where a library says what it does. The message is a constant; what varies is a field. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Messages below the level are dropped. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** For `createLogger`. */
export interface LoggerOptions {
  readonly stream: NodeJS.WritableStream;
  /** @default 'info' */
  readonly level?: LogLevel;
  /** Only for text. @default false */
  readonly color?: boolean;
  /** `json` is one object a line: time (ISO 8601), level, msg, fields. @default 'text' */
  readonly format?: 'text' | 'json';
  readonly clock: Pick<Clock, 'now'>;
}

/** Makes a logger that writes to a stream, each message one line. Text is `HH:MM:SS level message  key=value`, in UTC. */
export function createLogger(options: LoggerOptions): Logger {
  const { stream, level = 'info', color = false, format = 'text', clock } = options;
  // Loaded here and not at the top: pino costs 20 ms, and `--help` never logs.
  const { pino } = createRequire(import.meta.url)('pino') as typeof Pino;
  const destination = {
    write: (line: string) => void stream.write(format === 'json' ? line : formatLine(line, color)),
  };
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          mapValues(fields, (value) => (value instanceof Error ? pino.stdSerializers.err(value) : value)),
      },
    },
    destination,
  );
  const at = (name: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    fields === undefined ? log[name](message) : log[name](fields, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function mapValues(fields: object, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, map(value)]));
}

const colors: Readonly<Record<string, string>> = { debug: '2', warn: '33', error: '31' };

function formatLine(line: string, color: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: string; time: string; msg?: string };
  const pairs = Object.entries(fields).map(([key, value]) => `  ${key}=${formatField(value)}`);
  const text = `${time.slice(11, 19)} ${level.padEnd(5)} ${printable(msg ?? '')}${pairs.join('')}`;
  const code = colors[level];
  return color && code !== undefined ? `\u001b[${code}m${text}\u001b[0m\n` : `${text}\n`;
}

function formatField(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
  if (isSerializedError(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

function isSerializedError(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}
