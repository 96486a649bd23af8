import type { ContextOf } from '@seatrial/cli';
import { findConfig } from './config/find-config.js';
import { loadConfig } from './config/load-config.js';
import type { settingFlags } from './flags.js';
import { prepareSettings } from './prepare.js';
import { checkSecretNames } from './results/secrets.js';
import type { TrialSettings } from './trial.js';

/** Settings of a new run: of the config, the flags and the job's environment. */
export async function freshSettings(
  context: Pick<ContextOf<typeof settingFlags>, 'flags' | 'env' | 'cwd' | 'clock'>,
): Promise<TrialSettings> {
  const { flags, env, cwd, clock } = context;
  checkSecretNames(env, flags.redact);
  const loaded = await loadConfig(flags.config ?? (await findConfig(cwd)), cwd);
  const overrides = { ...flags, buildArgs: flags['build-arg'], keepCluster: flags['keep-cluster'] };
  return prepareSettings(loaded, overrides, { env, cwd, clock, random: Math.random });
}
