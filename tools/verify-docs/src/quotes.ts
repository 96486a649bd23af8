import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page, Problem } from './page.js';
import { globSync } from 'tinyglobby';

/** Sources of all programs, tests left out: what they print stands there. */
export async function readSources(root: string): Promise<readonly string[]> {
  const files = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root });
  const own = files.filter((file) => !/\.test\.ts$|\/testing(\.ts|\/)/.test(file));
  return Promise.all(own.map((file) => readFile(join(root, file), 'utf8')));
}

/**
 * Checks that the error messages in the headings of a page are still in a source. `…` stands for what varies; all that is
 * between must be in the same file.
 */
export function checkQuotes({ file, quoted }: Page, sources: readonly string[]): Problem[] {
  const texts = sources.map(unescaped);
  return quoted
    .filter(({ inHeading }) => inHeading)
    .filter(({ text }) => {
      const parts = text
        .split('…')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      return !texts.some((source) => parts.every((part) => source.includes(part)));
    })
    .map(({ text, line }) => ({ file, line, message: `no source has this message: ${text}` }));
}

/** As the text is printed: quotes without backslashes. */
const unescaped = (source: string): string => source.replaceAll(/\\(['"`])/g, '$1');
