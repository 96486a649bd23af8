// Makes few files of many: a command line imports this package before anything else, and each file costs a millisecond.
// Types are the compiler's (`tsc`); what loads late stays in files of its own. Two libraries come along, with their licences.
import { build } from 'esbuild';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const dist = new URL('dist/', import.meta.url);
for (const file of await readdir(dist).catch(() => [])) {
  if (/\.js(\.map)?$/.test(file)) await rm(new URL(file, dist));
}
const { resolve } = createRequire(import.meta.url);
for (const library of ['commander', 'safe-stable-stringify']) {
  await copyFile(join(dirname(resolve(library)), 'LICENSE'), new URL(`LICENSE.${library}`, dist));
}
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['index', 'commands', 'testing', 'bin'].map((name) => `src/${name}.ts`),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['log-update', '@bomb.sh/tab'],
  // commander is CommonJS, and requires parts of Node.
  banner: {
    js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
  },
  sourcemap: true,
});
