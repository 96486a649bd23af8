import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { type Page, parsePage, type Problem } from './page.js';

/** Checks that relative links lead to files that are there, and their anchors to headings. The network is not asked. */
export async function checkLinks(page: Page, root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { url, line } of page.links) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(url)) continue;
    const [path = '', anchor = ''] = url.split('#');
    const target = path === '' ? page.file : normalize(join(dirname(page.file), decodeURIComponent(path)));
    if (target.startsWith('..') || !existsSync(join(root, target))) {
      problems.push({ file: page.file, line, message: `link to ${url}: there is no ${target}` });
    } else if (anchor !== '' && !(await anchorsOf(page, target, root)).has(anchor)) {
      problems.push({ file: page.file, line, message: `link to ${url}: ${target} has no heading #${anchor}` });
    }
  }
  return problems;
}

async function anchorsOf(page: Page, target: string, root: string): Promise<ReadonlySet<string>> {
  if (target === page.file) return page.anchors;
  const file = extname(target) === '.md' ? target : join(target, 'README.md');
  return parsePage(file, await readFile(join(root, file), 'utf8')).anchors;
}
