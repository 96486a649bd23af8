// A sandbox starts in the time its files take to load.
import { bundlePackage } from '../../tools/bundle.mjs';

await bundlePackage(import.meta.dirname, {
  entries: ['index', 'commands', 'bin'],
  // They would make ws faster where they are installed; it looks for them itself.
  external: ['bufferutil', 'utf-8-validate'],
});
