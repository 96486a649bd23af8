import type { ContextOf } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import { parseJobEnvironment } from '../job-environment.js';
import { resultLinks } from '../result-links.js';
import type { LinkOptions } from '../result-links.js';
import { resultPaths } from '../result-paths.js';
import { joinKey } from '../results.js';
import { pathOptions } from './path-options.js';
import type { pathsFlags } from './paths-flags.js';

/** Prints where the results of this job belong, and where to look at them. */
export async function paths(context: ContextOf<typeof pathsFlags>): Promise<void> {
  const { env, flags } = context;
  const job = parseJobEnvironment(env);
  const { runDir, alias, latestBuild } = resultPaths(job, pathOptions(flags));
  const at = (key: string) => joinKey(flags.results, key);
  const links = resultLinks(flags.results, job, {
    ...pathOptions(flags),
    deckUrl: flags['deck-url'],
    testgrid: testgridOf(flags),
  });
  const result = {
    run: at(runDir),
    ...(alias === undefined ? {} : { alias: at(alias) }),
    latestBuild: latestBuild.map(at),
    ...links,
  };
  if (flags.json) {
    context.printJson(result);
    return;
  }
  context.print(`run ${result.run}`);
  if (result.alias !== undefined) context.print(`alias ${result.alias}`);
  for (const uri of result.latestBuild) context.print(`latest-build ${uri}`);
  if (links.spyglass !== undefined) context.print(`spyglass ${links.spyglass}`);
  if (links.jobHistory !== undefined) context.print(`job-history ${links.jobHistory}`);
  if (links.testgrid !== undefined) context.print(`testgrid ${links.testgrid}`);
}

function testgridOf(flags: ContextOf<typeof pathsFlags>['flags']): LinkOptions['testgrid'] {
  const { 'testgrid-url': url, 'testgrid-dashboard': dashboard, 'testgrid-tab': tab } = flags;
  if (url === undefined) return undefined;
  if (dashboard !== undefined) return { url, dashboard, tab };
  throw new ProwError('INVALID_FLAG', '--testgrid-url needs --testgrid-dashboard', {
    hint: "Give the first dashboard of the job's annotation testgrid-dashboards.",
  });
}
