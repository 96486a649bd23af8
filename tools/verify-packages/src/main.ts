/**
 * Publishes every package to a registry on loopback and uses each as an outsider would: `npm run verify:packages`.
 *
 *   --node A,B       versions of Node that the packages are used under (default: the oldest supported and today's LTS)
 *   --package A,B    only these, by the name of their folder
 *   --parallel N     how many at once (default: the processors)
 *   --keep           leave the folder with all that was made, and say where it is
 *
 * Ends with 0 when nothing was found, 1 when something was, 2 for a wrong option.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeVersions } from './node-versions.js';
import { verifyPackages } from './verify.js';

const list = (text: string | undefined) => text?.split(',').filter((part) => part !== '');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      node: { type: 'string' },
      package: { type: 'string' },
      parallel: { type: 'string', default: String(availableParallelism()) },
      keep: { type: 'boolean', default: false },
    },
  });
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const scratch = await mkdtemp(join(tmpdir(), 'seatrial-packages-'));
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  }
  const started = performance.now();
  try {
    const failed = await verifyPackages({
      root,
      scratch,
      cache: join(root, 'node_modules/.cache/seatrial'),
      nodes: list(values.node) ?? nodeVersions,
      only: list(values.package),
      parallel: Number(values.parallel),
      signal: controller.signal,
      print: (line) => console.log(line),
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(failed === 0 ? `all packages are well (${seconds} s)` : `${failed} with faults (${seconds} s)`);
    return failed === 0 ? 0 : 1;
  } finally {
    if (values.keep) console.log(`kept: ${scratch}`);
    else await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? `error: ${error.message}` : error);
  process.exitCode = error instanceof TypeError && 'code' in error ? 2 : 1;
}
