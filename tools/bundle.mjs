// Makes few files of a package's many: each costs a millisecond to load. Types are the compiler's (`tsc`); what loads late
// stays in files of its own. Libraries that are no dependencies of the published package come along, each with its licence.
import { build } from 'esbuild';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the package's `dist/*.js`.
 *
 * @param {string} folder the package's
 * @param {{ entries: readonly string[], external?: readonly string[], plugins?: import('esbuild').Plugin[] }} options
 * `entries`: names below `src`, without `.ts`; `external`: what stays outside beside the package's dependencies
 */
export async function bundlePackage(folder, { entries, external = [], plugins = [] }) {
  const dist = join(folder, 'dist');
  for (const file of await readdir(dist, { recursive: true }).catch(() => [])) {
    if (/\.js(\.map)?$|(^|\/)LICENSE\./.test(file)) await rm(join(dist, file));
  }
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: entries.map((name) => `src/${name}.ts`),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: [...Object.keys(dependencies), ...external],
    banner: { js: REQUIRE },
    sourcemap: true,
    metafile: true,
    // Names stay: they stand in stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins,
  });
  for (const path of Object.keys(metafile.outputs)) await dropUnusedRequire(join(folder, path));
  for (const [name, root] of librariesOf(metafile)) {
    await copyFile(join(folder, root, 'LICENSE'), join(dist, `LICENSE.${name.replace('@', '').replace('/', '-')}`));
  }
}

/** Libraries in CommonJS require parts of Node. */
const REQUIRE =
  "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);";

/** Takes the banner, but not its line, out of a file that requires nothing: each costs half a millisecond. */
async function dropUnusedRequire(file) {
  const text = await readFile(file, 'utf8');
  const rest = text.slice(REQUIRE.length);
  if (text.startsWith(REQUIRE) && !/\brequire\b/.test(rest)) await writeFile(file, rest);
}

/** Folders of the libraries in a bundle, by their names. */
function librariesOf({ inputs }) {
  const inLibrary = /^(?<root>(?:.*\/)?node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))\//;
  const libraries = new Map();
  for (const path of Object.keys(inputs)) {
    const { root, name } = inLibrary.exec(path)?.groups ?? {};
    if (root !== undefined) libraries.set(name, root);
  }
  return libraries;
}
