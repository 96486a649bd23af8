import { configure } from 'safe-stable-stringify';
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

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Makes a logger that writes to a stream, each message one line. Text is `HH:MM:SS level message  key=value`, in UTC. */
export function createLogger(options: LoggerOptions): Logger {
  const { stream, level: least = 'info', color = false, format = 'text', clock } = options;
  const at =
    (level: LogLevel) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      if (severity[level] < severity[least]) return;
      const time = new Date(clock.now()).toISOString();
      const line =
        format === 'json'
          ? toJson(Object.assign({ level, time }, fields, { level, time, msg: message }))
          : formatLine({ level, time, message, fields, color });
      stream.write(`${line}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const colors: Readonly<Record<string, string>> = { debug: '2', warn: '33', error: '31' };

function formatLine(entry: {
  readonly level: LogLevel;
  readonly time: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly color: boolean;
}): string {
  const { level, time, message, fields, color } = entry;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const pairs = given.map(([key, value]) => `  ${key}=${formatField(value)}`);
  const text = `${time.slice(11, 19)} ${level.padEnd(5)} ${printable(message)}${pairs.join('')}`;
  const code = colors[level];
  return color && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function formatField(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
  return value instanceof Error ? JSON.stringify(value.message) : toJson(value);
}

const stringify = configure({ circularValue: '[circular]', deterministic: false });

/** Never throws: what JSON cannot hold is told as text, and what holds itself as `[circular]`. */
function toJson(value: unknown): string {
  const plain = new Map<Error, object>(); // one for each error, so that one that holds itself is recognised
  const replace = (_key: string, given: unknown): unknown => {
    if (typeof given === 'bigint') return String(given);
    if (!(given instanceof Error)) return given;
    if (!plain.has(given)) plain.set(given, plainError(given));
    return plain.get(given);
  };
  return stringify(value, replace) ?? String(value);
}

function plainError(error: Error): object {
  const { name: type, message, stack } = error;
  return Object.assign({ type, message, stack }, error);
}
