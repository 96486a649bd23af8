import { parse } from 'shell-quote';

/** One program that a line of a shell block starts. */
export interface Call {
  readonly argv: readonly string[];
  readonly line: number;
}

/**
 * The programs that a block of shell commands starts, those of pipes, lists and `$(…)` too. Lines of a `console` block are
 * commands where they begin with `$ `. A word for the reader to replace may be `<name>`.
 */
export function callsOf(text: string, firstLine: number, isConsole = false): Call[] {
  const calls: Call[] = [];
  for (const { command, line } of logicalLines(text, isConsole)) {
    const inner = [...command.matchAll(/\$\(([^()]*)\)/g)].map(([, one = '']) => one);
    const plain = command.replaceAll(/\$\([^()]*\)/g, 'VALUE').replaceAll(/\[?<([\w-]+)>\]?/g, '$1');
    for (const one of [...inner, plain]) calls.push(...split(one).map((argv) => ({ argv, line: firstLine + line })));
  }
  return calls;
}

function logicalLines(text: string, isConsole: boolean): { command: string; line: number }[] {
  const lines: { command: string; line: number }[] = [];
  let [until, isContinued] = ['', false];
  for (const [line, raw] of text.split('\n').entries()) {
    if (until !== '') {
      if (raw.trim() === until) until = '';
      continue;
    }
    if (isConsole && !isContinued && !raw.startsWith('$ ')) continue;
    const written = isConsole && !isContinued ? raw.slice(2) : raw;
    const last = lines.at(-1);
    const part = written.replace(/\\$/, '');
    if (isContinued && last !== undefined) last.command += part;
    else lines.push({ command: part, line });
    isContinued = written.endsWith('\\');
    until = /<<-?\s*'?(\w+)'?/.exec(written)?.[1] ?? '';
  }
  return lines;
}

function split(command: string): string[][] {
  const calls: string[][] = [[]];
  let isTarget = false;
  for (const token of parse(command.replace(/<<-?\s*'?\w+'?/, ''), (name) => `$${name}`)) {
    if (typeof token === 'string') {
      if (!isTarget) calls.at(-1)?.push(token);
      isTarget = false;
    } else if ('comment' in token) {
      break;
    } else if (token.op === 'glob') {
      calls.at(-1)?.push((token as { pattern: string }).pattern);
    } else if (/[<>]/.test(token.op)) {
      isTarget = true;
    } else {
      calls.push([]);
    }
  }
  return calls.map(withoutAssignments).filter((argv) => argv.length > 0);
}

/** Leaves out `NAME=value` before a program, and what only says how it is found. */
function withoutAssignments(argv: readonly string[]): string[] {
  const first = argv.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  if (first < 0) return [];
  const rest = argv.slice(first);
  if (rest[0] === 'npx') return rest.slice(rest[1] === '--no' || rest[1] === '--yes' ? 2 : 1);
  return rest;
}
