import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

interface Package {
  readonly name: string;
  readonly layer: string;
  readonly needs: readonly string[];
}

const LAYERS = ['app', 'sandbox', 'flow', 'client', 'foundation'];
const MARKED = /(<!-- generated: packages -->\n)[\s\S]*?(\n<!-- end -->)/;

/** Which package of this repository depends on which, as Mermaid, out of their package.json files. */
export function drawPackages(root: string): string {
  const packages = readPackages(root);
  const lines = ['graph TD'];
  for (const layer of LAYERS) {
    const own = packages.filter((one) => one.layer === layer && one.name !== 'cli');
    lines.push(`  subgraph ${layer}`, ...own.map(({ name }) => `    ${name}`), '  end');
  }
  for (const { name, needs } of packages) for (const need of needs) lines.push(`  ${name} --> ${need}`);
  return lines.join('\n');
}

/** Puts the current drawing where a page has the marks for it; undefined for a page that has none. */
export function withDrawing(text: string, root: string): string | undefined {
  if (!MARKED.test(text)) return undefined;
  return text.replace(MARKED, `$1\n\`\`\`mermaid\n${drawPackages(root)}\n\`\`\`\n$2`);
}

/** Every command line is made with `cli`: arrows to it would be in each package's way, and say nothing. */
function readPackages(root: string): Package[] {
  const own = globSync('{packages,apps}/*/package.json', { cwd: root }).sort();
  const read = own.map(
    (file) =>
      JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        name: string;
        dependencies?: Record<string, string>;
        nx: { tags: string[] };
      },
  );
  const short = (name: string): string => name.replace('@seatrial/', '');
  const names = new Set(read.map(({ name }) => name));
  return read.map(({ name, dependencies = {}, nx }) => ({
    name: short(name),
    layer: nx.tags.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? '',
    needs: Object.keys(dependencies)
      .filter((one) => names.has(one) && one !== '@seatrial/cli')
      .map(short)
      .sort(),
  }));
}
