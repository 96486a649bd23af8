// A command line imports this package before anything else.
import { readFile } from 'node:fs/promises';
import { bundlePackage } from '../../tools/bundle.mjs';

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

await bundlePackage(import.meta.dirname, {
  entries: ['index', 'commands', 'testing', 'bin'],
  plugins: [lateChildProcess],
});
