import { readFileSync } from 'node:fs';
import { allFlags, checkCommandLine, findCommand, folderOf } from './command-lines.js';
import type { Block, Page, Problem } from './page.js';
import { callsOf } from './shell.js';
import { checkYaml } from './yaml.js';

/** What was done with the parts of a page, by name: how often. */
export type Counts = Map<string, number>;

/** What does not run: a line for the output. */
export interface Shown {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface PageCheck {
  readonly problems: Problem[];
  readonly counts: Counts;
  readonly shown: Shown[];
}

const SHELL = ['sh', 'bash', 'console'];
/** Languages that nothing is expected of: output, and diagrams that GitHub draws. */
const TEXT = ['text', 'mermaid', 'diff'];
const CODE = ['ts', 'js', 'tsx', 'mjs'];

/** Checks all of a page that needs nothing to be started. */
export async function checkPage(page: Page, root: string): Promise<PageCheck> {
  const check: PageCheck = { problems: [], counts: new Map(), shown: [] };
  for (const block of page.blocks) await checkBlock(page, block, root, check);
  checkQuoted(page, check);
  return check;
}

async function checkBlock(page: Page, block: Block, root: string, check: PageCheck): Promise<void> {
  const { language, options, text, line } = block;
  const add = (at: number, message: string): void => void check.problems.push({ file: page.file, line: at, message });
  if (options['show'] !== undefined) {
    if (options['show'] === '') return add(line, 'show="…" has no reason');
    check.shown.push({ file: page.file, line, reason: options['show'] });
    return count(check, 'shown');
  }
  if (SHELL.includes(language)) {
    if ('run' in options) count(check, 'shell run');
    for (const call of callsOf(text, line, language === 'console')) {
      const finding = await checkCommandLine(call.argv, root, folderOf(page.file));
      if (finding.kind === 'wrong') add(call.line, `${call.argv.join(' ')}: ${finding.message}`);
      else count(check, finding.kind === 'parsed' ? 'commands parsed' : 'commands known');
    }
  } else if (language === 'yaml') {
    const { kind, problems, calls } = await checkYaml(text);
    for (const problem of problems) add(line + problem.line - 1, problem.message);
    for (const { argv } of calls) {
      const finding = await checkCommandLine(argv, root, folderOf(page.file));
      if (finding.kind === 'wrong') add(line, `${argv.join(' ')}: ${finding.message}`);
    }
    count(check, kind);
  } else if (language === 'json') {
    try {
      JSON.parse(text);
      count(check, 'json');
    } catch (error) {
      add(line, String(error));
    }
  } else if (CODE.includes(language)) {
    count(check, 'run' in options ? 'code run' : 'code type-checked');
  } else if (!TEXT.includes(language)) {
    add(
      line,
      language === '' ? 'the block does not say its language (`text` for output)' : `unknown language ${language}`,
    );
  }
}

/** Flags and commands in the text are those that there are. */
function checkQuoted(page: Page, check: PageCheck): void {
  flags ??= allFlags();
  const foreign = /<!-- flags of others: (.*?) -->/.exec(page.text)?.[1]?.split(' ') ?? [];
  for (const { text, line } of page.quoted) {
    const add = (message: string): void => void check.problems.push({ file: page.file, line, message });
    for (const [flag] of text.matchAll(/(?<=^|\s)--[a-z][\w-]*/g)) {
      if (isForeign(text)) continue;
      const name = flag.replaceAll('_', '-');
      if (!flags.has(name) && !foreign.includes(flag)) add(`no command has the flag ${flag}`);
    }
    if (!/^seatrial(-[a-z]+)? [a-z]/.test(text)) continue;
    const words = text.split(/\s+/);
    const finding = findCommand(words.slice(0, words.findIndex((word, at) => at > 0 && !/^[a-z-]+$/.test(word)) >>> 0));
    if (finding.kind === 'wrong') add(`${text}: ${finding.message}`);
    else count(check, 'commands named');
  }
}

let flags: ReadonlySet<string> | undefined;
const isForeign = (text: string): boolean =>
  /^(docker|helm|kubectl|npm|npx|gcloud|git|python|py\/|kind|nx)\b/.test(text);
const count = ({ counts }: PageCheck, what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

/** The text of a page. */
export const readPage = (path: string): string => readFileSync(path, 'utf8');
