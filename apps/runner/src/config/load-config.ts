import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { RunnerError } from '../errors.js';
import { type Config, configSchema } from './schema.js';

/** Bytes; a config is written by hand, so anything larger is a mistake. */
const MAX_CONFIG_BYTES = 1_000_000;

/** One thing that is wrong in a config file. Lines and columns count from 1. */
export interface ConfigProblem {
  /** `tests[0].timeout`; empty for the whole file. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path of the file. */
  readonly path: string;
  /** Absolute path of its folder: everything in the config is relative to it. */
  readonly dir: string;
  readonly text: string;
}

/**
 * Reads and checks `seatrial.yaml`.
 *
 * @throws {RunnerError} `CONFIG_NOT_FOUND`; `CONFIG_INVALID` with every problem,
 * its line and column, in `detail`. Nothing else has happened by then.
 */
export async function loadConfig(path: string, cwd: string): Promise<LoadedConfig> {
  const file = resolve(cwd, path);
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) {
    throw new RunnerError('CONFIG_NOT_FOUND', `no config file at ${path}`, {
      hint: 'Name it with --config FILE, or start in the folder that holds seatrial.yaml.',
    });
  }
  if (info.size > MAX_CONFIG_BYTES) {
    throw new RunnerError('CONFIG_INVALID', `${path} has ${info.size} bytes, more than ${MAX_CONFIG_BYTES}`, {
      hint: 'Name the config of the trial with --config FILE.',
    });
  }
  const text = await readFile(file, 'utf8');
  const parsed = parseConfig(text);
  if ('problems' in parsed) {
    const { problems } = parsed;
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw new RunnerError('CONFIG_INVALID', `${path} has ${count}`, {
      detail: problems.map((problem) => formatProblem(path, problem)).join('\n'),
      hint: 'Correct the lines named above; nothing was started.',
    });
  }
  return { config: parsed.config, path: file, dir: dirname(file), text };
}

/** Checks the text of a config; every problem is reported, in the order of the file. */
export function parseConfig(
  text: string,
): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        path: '',
        ...position(lines, error.pos[0]),
        message: error.message,
      })),
    };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { problems: [{ path: '', line: 1, column: 1, message: (error as Error).message }] };
  }
  const result = configSchema.safeParse(data);
  if (result.success) return { config: result.data };
  const problems = result.error.issues.flatMap((issue) => locate(issue, document, lines));
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function formatProblem(file: string, { path, line, column, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

function locate(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      ...position(lines, keyOffset(document, issue.path, key)),
      message: 'is no field of this format',
    }));
  }
  const value = valueAt(document, issue.path);
  const shown = value === undefined ? '' : `, got ${JSON.stringify(value)}`;
  return [
    {
      path: formatPath(issue.path),
      ...position(lines, offset(document, issue.path)),
      message: `${describe(issue)}${shown}`,
    },
  ];
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'expected one of helm, custom-resource, command';
  return issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function valueAt(document: Document, path: readonly PropertyKey[]): unknown {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isScalar(node) ? node.value : undefined;
}

/** Where the value at `path` starts; for one that is missing, where its nearest parent does. */
function offset(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    if (range?.[0] !== undefined) return range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number {
  const parent: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  return (isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? offset(document, path);
}

function position(lines: LineCounter, at: number): { line: number; column: number } {
  const { line, col } = lines.linePos(at);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
