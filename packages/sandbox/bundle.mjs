// Makes few files of many: a sandbox starts in the time its files take to load, and each costs a millisecond.
// Types are the compiler's (`tsc`); what loads late stays in files of its own. Libraries that are no dependencies of the
// published package come along, each with its licence.
import { build } from 'esbuild';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
for (const file of await readdir(dist, { recursive: true }).catch(() => [])) {
  if (/\.js(\.map)?$|(^|\/)LICENSE\./.test(file)) await rm(join(dist, file));
}
const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['index', 'commands', 'bin'].map((name) => `src/${name}.ts`),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The last two would make ws faster where they are installed; it looks for them itself.
  external: [...Object.keys(dependencies), 'bufferutil', 'utf-8-validate'],
  // ws is CommonJS, and requires parts of Node.
  banner: {
    js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
  },
  sourcemap: true,
  metafile: true,
  // Names stay: they stand in stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
});

const inLibrary = /^(?<root>.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))\//;
const libraries = new Map();
for (const path of Object.keys(metafile.inputs)) {
  const { root, name } = inLibrary.exec(path)?.groups ?? {};
  if (root !== undefined) libraries.set(name, root);
}
for (const [name, root] of libraries) {
  await copyFile(join(folder, root, 'LICENSE'), join(dist, `LICENSE.${name.replace('@', '').replace('/', '-')}`));
}
