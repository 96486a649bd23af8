import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { findHelm } from '../binary.js';
import { pushChart } from '../chart-push.js';
import { createHelm } from '../helm.js';
import { findWorkspaceHelm } from '../workspace-copy.js';
import type { pushFlags } from './push-flags.js';

/** The part of `push` that talks to an OCI registry. */
export async function pushToRegistry(context: ContextOf<typeof pushFlags>): Promise<void> {
  const { args, env, cwd, flags, logger, signal } = context;
  const onProgress = (text: string) => logger.info(text);
  const workspaceCopy = () => findWorkspaceHelm({ signal, onProgress });
  const binary = await findHelm({ flag: flags.helm, env, workspaceCopy, signal });
  const home = await mkdtemp(join(tmpdir(), 'seatrial-helm-'));
  try {
    const helm = createHelm({ binary, home, env, signal });
    const registryConfig = flags['registry-config'];
    const pushed = await pushChart(helm, {
      archive: resolve(cwd, args[0] ?? ''),
      registry: flags['releases-path'],
      plainHttp: flags['plain-http'],
      registryConfig: registryConfig === undefined ? undefined : resolve(cwd, registryConfig),
      dryRun: flags['dry-run'],
    });
    if (flags.json) return context.printJson(pushed ?? { state: 'free', dryRun: true });
    if (pushed === undefined) return context.print(`would push to ${flags['releases-path']}`);
    logger.info(pushed.kept ? 'kept what is there' : 'pushed', { digest: pushed.digest });
    context.print(`oci://${pushed.reference}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
