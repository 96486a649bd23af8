import type { ContextOf } from '@seatrial/cli';
import { parseJobEnvironment } from '../job-environment.js';
import { resultPaths } from '../result-paths.js';
import { joinKey } from '../results.js';
import { pathOptions } from './path-options.js';
import type { resultFlags } from './shared-flags.js';

/** Prints where the results of this job belong. */
export async function paths(context: ContextOf<typeof resultFlags>): Promise<void> {
  const { runDir, alias, latestBuild } = resultPaths(parseJobEnvironment(context.env), pathOptions(context.flags));
  const at = (key: string) => joinKey(context.flags.results, key);
  const result = {
    run: at(runDir),
    ...(alias === undefined ? {} : { alias: at(alias) }),
    latestBuild: latestBuild.map(at),
  };
  if (context.flags.json) {
    context.printJson(result);
    return;
  }
  context.print(`run ${result.run}`);
  if (result.alias !== undefined) context.print(`alias ${result.alias}`);
  for (const uri of result.latestBuild) context.print(`latest-build ${uri}`);
}
