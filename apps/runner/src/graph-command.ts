import type { ContextOf } from '@seatrial/cli';
import { formatGraph } from '@seatrial/pipeline';
import { findConfig } from './config/find-config.js';
import { loadConfig } from './config/load-config.js';
import type { graphFlags } from './flags.js';
import { planSettings } from './plan.js';

/** `seatrial graph`. Needs the config and nothing else: no repository, no cloud. */
export async function graph({ flags, cwd, print }: ContextOf<typeof graphFlags>): Promise<void> {
  const { config } = await loadConfig(flags.config ?? (await findConfig(cwd)), cwd);
  const plan = planSettings(
    {
      config,
      job: { type: 'periodic', job: `${config.name}-e2e`, buildId: '0', decorated: false, warnings: [] },
      source: { repo: '.', revision: 'HEAD', configFolder: '' },
      provider: 'sandbox',
      resultsUri: 'file:///',
      runUri: 'file:///',
      keepCluster: false,
    },
    { ...(flags.only.length === 0 ? {} : { only: flags.only }), skip: flags.skip },
  );
  print(formatGraph(plan.graph, flags.format, plan.selection));
}
