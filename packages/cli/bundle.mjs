// Makes few files of many: a command line imports this package before anything else, and each file costs a millisecond.
// Types are the compiler's (`tsc`); what loads late stays in files of its own. Two libraries come along, with their licences.
import { build } from 'esbuild';
import { copyFile, readFile, readdir, rm } from 'node:fs/promises';
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
/** commander starts processes for subcommands that are programs of their own, which is unused here: `child_process` costs as much as all else. */
const lateChildProcess = {
  name: 'late-child-process',
  setup({ onLoad }) {
    onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const early = /const childProcess = require\('(node:child_process)'\);/;
      if (!early.test(text)) throw new Error(`${path} does not import child_process as it did`);
      return {
        contents: text.replace(early, "const childProcess = { spawn: (...args) => require('$1').spawn(...args) };"),
      };
    });
  },
};
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
  // Names stay: they stand in stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [lateChildProcess],
});
