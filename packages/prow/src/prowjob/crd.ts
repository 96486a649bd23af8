import type { CommandContext } from '@seatrial/cli';
import { prowJobDefinition } from './definition.js';
import { formatYaml } from './format-prow-job.js';

/** Prints the definition of ProwJobs. */
export async function crd(context: CommandContext): Promise<void> {
  if (context.flags.json) context.printJson(prowJobDefinition);
  else context.stdout.write(await formatYaml(prowJobDefinition));
}
