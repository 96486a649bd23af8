/**
 * Runs or checks every code block, command and link of the documents: `npm run verify:docs`.
 *
 *     npm run verify:docs                       all of it
 *     npm run verify:docs -- --only docs/prow   pages whose path begins so
 *     npm run verify:docs -- --no-run           without what needs a sandbox
 *     npm run verify:docs -- --write            writes the drawings first
 *
 * What a block is to be, its info string says:
 *
 *     sh                     each command line goes through the parser of its program; nothing starts
 *     sh run                 it runs in a repository of its own, against a sandbox; `expect="a|b"` in its output, `exit="1"`
 *     sh run in="DIR"        … with a copy of that folder in place of the example's; `needs="kubectl"`: only where that is there
 *     ts, js                 types are checked; `run` runs it; `continues` puts the page's block before it in front
 *     yaml, json             checked by what it is: seatrial.yaml, Prow's jobs, a workflow, objects of Kubernetes
 *     … show="REASON"        only shown; the reason is printed
 *
 * `<!-- given … -->` before a block has code that comes in front of it, and that readers need not see. In the text, flags
 * and commands in backquotes must be ours; `<!-- flags of others: --a --b -->` names those that are not.
 */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPage, readPage, type PageCheck, type Shown } from './check-page.js';
import { withDrawing } from './diagram.js';
import { checkLinks } from './links.js';
import { type Page, parsePage, type Problem } from './page.js';
import { checkQuotes, readSources } from './quotes.js';
import { hasProgram, openPlace, type Place, runModule, runShell } from './runs.js';
import { checkReference } from './reference.js';
import { checkTypes, type Module, writeModules } from './types.js';
import { checkYaml } from './yaml.js';
import { globSync } from 'tinyglobby';

const ROOT = resolve(import.meta.dirname, '../../..');
const GENERATED = join(ROOT, 'tools/verify-docs/.generated');
const PAGES = [
  '*.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'apps/*/README.md',
  'examples/*/README.md',
  'bench/README.md',
  '.github/**/*.md',
];
/** Files beside the pages that readers copy. */
const FILES = ['examples/*/seatrial.yaml', 'docs/examples/*.yaml', '.github/**/*.{yml,yaml}'];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      run: { type: 'boolean', default: true },
      write: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const began = performance.now();
  const files = globSync(PAGES, { cwd: ROOT }).filter(
    (file) => file.startsWith(values.only) && !file.includes('/api/'),
  );
  if (values.write) await Promise.all(files.map(draw));
  const pages = files.sort().map((file) => parsePage(file, readPage(join(ROOT, file))));
  const [sources, modules] = await Promise.all([readSources(ROOT), writeModules(pages, GENERATED)]);
  const reference = values.only === '' ? checkReference(ROOT) : Promise.resolve([]);
  const checks = new Map<Page, PageCheck>();
  try {
    for (const page of pages) {
      const check = await checkPage(page, ROOT);
      check.problems.push(...(await checkLinks(page, ROOT)), ...checkDrawing(page));
      if (page.file === 'docs/troubleshooting.md') check.problems.push(...checkQuotes(page, sources));
      checks.set(page, check);
    }
    const byFile = new Map([...checks].map(([{ file }, check]) => [file, check]));
    const stray: Problem[] = [];
    for (const problem of checkTypes(modules, ROOT)) (byFile.get(problem.file)?.problems ?? stray).push(problem);
    for (const [page, check] of checks) {
      if (values.run && check.problems.length === 0)
        check.problems.push(...(await runPage(page, modules, check.shown)));
      print(page, check);
    }
    for (const file of globSync(FILES, { cwd: ROOT })) stray.push(...(await checkFile(file)));
    if (values.only === '') stray.push(...(await reference));
    for (const problem of stray) console.log(line(problem));
    const problems = [...checks.values()].reduce((sum, check) => sum + check.problems.length, stray.length);
    printShown([...checks.values()]);
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    console.log(`${pages.length} pages, ${problems === 0 ? 'no problem' : `${problems} problems`}, ${seconds} s`);
    return problems === 0 ? 0 : 1;
  } finally {
    await rm(GENERATED, { recursive: true, force: true });
  }
}

async function runPage(page: Page, modules: readonly Module[], shown: Shown[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  let place: { readonly at: Place; readonly source: string | undefined } | undefined;
  try {
    for (const block of page.blocks.filter(({ options }) => 'run' in options)) {
      const source = block.options['in'] ?? place?.source;
      if (place === undefined || place.source !== source) {
        await place?.at[Symbol.asyncDispose]();
        place = { at: await openPlace(ROOT, source), source };
      }
      const needs = block.options['needs'];
      if (needs !== undefined && !(await hasProgram(needs, place.at))) {
        shown.push({ file: page.file, line: block.line, reason: `not run: there is no ${needs} here` });
        continue;
      }
      const module = modules.find((one) => one.block === block);
      problems.push(
        ...(module === undefined ? await runShell(page, block, place.at) : await runModule(module, place.at, ROOT)),
      );
    }
  } finally {
    await place?.at[Symbol.asyncDispose]();
  }
  return problems;
}

async function checkFile(file: string): Promise<Problem[]> {
  const { kind, problems } = await checkYaml(await readFile(join(ROOT, file), 'utf8'));
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${file}: ${kind}`);
  return problems.map((problem) => ({ file, ...problem }));
}

function checkDrawing({ file, text }: Page): Problem[] {
  const drawn = withDrawing(text, ROOT);
  if (drawn === undefined || drawn === text) return [];
  return [{ file, line: 1, message: 'its drawing is not that of the code: npm run verify:docs -- --write' }];
}

async function draw(file: string): Promise<void> {
  const text = await readFile(join(ROOT, file), 'utf8');
  const drawn = withDrawing(text, ROOT);
  if (drawn !== undefined && drawn !== text) await writeFile(join(ROOT, file), drawn);
}

function print({ file }: Page, { problems, counts }: PageCheck): void {
  const done = [...counts].map(([what, many]) => `${many} ${what}`).join(', ');
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${file}${done === '' ? '' : `: ${done}`}`);
  for (const problem of problems) console.log(line(problem));
}

function printShown(checks: readonly PageCheck[]): void {
  const shown = checks.flatMap((check) => check.shown);
  if (shown.length > 0) console.log(`${shown.length} blocks are only shown:`);
  for (const { file, line: at, reason } of shown) console.log(`     ${file}:${at}: ${reason}`);
}

const line = ({ file, line: at, message }: Problem): string => `     ${file}:${at}: ${message}`;

process.exitCode = await main();
