import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { pushChart } from '../chart-push.js';
import type { pushFlags } from './push-flags.js';
import { withHelm } from './with-helm.js';

/** The part of `push` that talks to an OCI registry. */
export async function pushToRegistry(context: ContextOf<typeof pushFlags>): Promise<void> {
  const { args, cwd, flags, logger } = context;
  const registryConfig = flags['registry-config'];
  const pushed = await withHelm(context, flags.helm, (helm) =>
    pushChart(helm, {
      archive: resolve(cwd, args[0] ?? ''),
      registry: flags['releases-path'],
      plainHttp: flags['plain-http'],
      registryConfig: registryConfig === undefined ? undefined : resolve(cwd, registryConfig),
      dryRun: flags['dry-run'],
    }),
  );
  if (flags.json) return context.printJson(pushed ?? { state: 'free', dryRun: true });
  if (pushed === undefined) return context.print(`would push to ${flags['releases-path']}`);
  logger.info(pushed.kept ? 'kept what is there' : 'pushed', { digest: pushed.digest });
  context.print(`oci://${pushed.reference}`);
}
