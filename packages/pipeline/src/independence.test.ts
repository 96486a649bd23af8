import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

/** What a module of ours and all that it imports of ours import from elsewhere. */
async function importsOf(url: URL, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  const outside = new Set<string>();
  if (seen.has(url.href)) return outside;
  seen.add(url.href);
  const text = (await readFile(url, 'utf8')).replace(/^ \*.*$/gm, ''); // examples in comments

  for (const [, specifier = ''] of text.matchAll(/\b(?:from|import) '([^']+)'/g)) {
    if (!specifier.startsWith('./')) outside.add(specifier);
    else for (const one of await importsOf(new URL(specifier.replace(/js$/, 'ts'), url), seen)) outside.add(one);
  }
  return outside;
}

describe('the library', () => {
  it('needs nothing but Node.js', async () => {
    const imports = await importsOf(new URL('index.ts', import.meta.url));
    expect([...imports].filter((specifier) => !specifier.startsWith('node:'))).toEqual([]);
    expect(imports).toContain('node:fs/promises');
  });
});
