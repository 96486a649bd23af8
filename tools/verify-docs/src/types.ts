import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { Block, Page, Problem } from './page.js';

/** A block of TypeScript or JavaScript that was written to a file of its own. */
export interface Module {
  readonly page: Page;
  readonly block: Block;
  readonly path: string;
  /** Line of the page for each line of the file; undefined where the line is not the page's. */
  readonly lines: readonly (number | undefined)[];
}

const LANGUAGES = ['ts', 'js', 'tsx', 'mjs'];
/** As strict as a reader's own project may be; types are those that the packages publish. */
const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: false,
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  types: ['node'],
};

/** Writes all blocks of code of some pages below `dir`, one module each; `continues` puts earlier blocks before it. */
export async function writeModules(pages: readonly Page[], dir: string): Promise<Module[]> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n');
  const modules: Module[] = [];
  for (const page of pages) {
    const name = page.file.replaceAll(/[^\w]+/g, '-');
    let before: Module | undefined;
    for (const [index, block] of page.blocks.filter(({ language }) => LANGUAGES.includes(language)).entries()) {
      const lines: [text: string, line: number | undefined][] = [];
      if ('continues' in block.options && before !== undefined)
        lines.push(...(textOf.get(before) ?? []).map(([text]) => [text, undefined] as [string, undefined]));
      else lines.push(['export {};', undefined]);
      for (const text of block.given.split('\n')) lines.push([text, undefined]);
      for (const [at, text] of block.text.split('\n').entries())
        lines.push([withPaths(text, page, dir), block.line + at]);
      // In JavaScript nothing says the types of parameters.
      if (block.language === 'js') lines.unshift(['// @ts-check', undefined]);
      const path = join(dir, `${name}-${index}.${block.language}`);
      await writeFile(path, `${lines.map(([text]) => text).join('\n')}\n`);
      before = { page, block, path, lines: lines.map(([, line]) => line) };
      textOf.set(before, lines);
      modules.push(before);
    }
  }
  return modules;
}

/** What a block imports by a path lies beside its page. */
function withPaths(text: string, page: Page, dir: string): string {
  const folder = relative(dir, join(dir, '../../..', dirname(page.file)));
  return text.replace(/(from ')(\.[^']+)'/, (_, from: string, path: string) => `${from}${folder}/${path.slice(2)}'`);
}

const textOf = new WeakMap<Module, [text: string, line: number | undefined][]>();

/** Checks the types of all modules in one go. */
export function checkTypes(modules: readonly Module[], root: string): Problem[] {
  const problems: Problem[] = [];
  const host = cachingHost();
  const byPath = new Map(modules.map((module) => [module.path, module]));
  for (const [isJs, own] of [
    [false, modules.filter(({ path }) => !path.endsWith('js'))],
    [true, modules.filter(({ path }) => path.endsWith('js'))],
  ] as const) {
    const options = { ...OPTIONS, noImplicitAny: !isJs };
    const program = ts.createProgram({ rootNames: own.map(({ path }) => path), options, host });
    for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
      const { file, start } = diagnostic;
      const module = file === undefined ? undefined : byPath.get(file.fileName);
      if (module === undefined || file === undefined) {
        problems.push({ file: file === undefined ? '-' : relative(root, file.fileName), line: 0, message });
        continue;
      }
      const at = file.getLineAndCharacterOfPosition(start ?? 0).line;
      const line = module.lines[at];
      const where = line === undefined ? ' (in the code given before the block)' : '';
      problems.push({ file: module.page.file, line: line ?? module.block.line, message: `${message}${where}` });
    }
  }
  return problems;
}

/** Reads and parses each file once for both programs: most are types of packages, and the same in both. */
function cachingHost(): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const files = new Map<string, ts.SourceFile | undefined>();
  return {
    ...host,
    getSourceFile(name, options, onError, isForced) {
      if (!files.has(name)) files.set(name, host.getSourceFile(name, options, onError, isForced));
      return files.get(name);
    },
  };
}
