import type { ContextOf } from '@seatrial/cli';
import { findConfig } from './config/find-config.js';
import { loadConfig } from './config/load-config.js';
import type { e2eFlags } from './flags.js';
import { openResultStore, openTrial, trialIoOf } from './open-trial.js';
import { describePlan, planSettings, planTrial } from './plan.js';
import { prepareSettings } from './prepare.js';
import { openJournal, runTrial } from './run-trial.js';
import { readSettings } from './settings-record.js';
import type { TrialSettings } from './trial.js';

type Context = ContextOf<typeof e2eFlags>;

/** `seatrial e2e` */
export async function e2e(context: Context): Promise<number> {
  const { flags, env, cwd, clock } = context;
  const { resume, only, skip, fault } = flags;
  const startedMs = clock.now();
  const settings =
    resume === undefined
      ? await freshSettings(context)
      : await readSettings(openJournal(openResultStore(env, cwd), resume, undefined), resume);
  const selection = { only: only.length === 0 ? undefined : only, skip, fresh: resume === undefined };
  const preview = planSettings(settings, selection); // refuses unknown tasks before anything is made
  if (flags['dry-run']) {
    context.print(describePlan(preview));
    return 0;
  }
  await using trial = await openTrial(settings, { ...trialIoOf(context), faults: fault });
  const plan = planTrial(trial, selection);
  return await runTrial({ trial, plan }, context, {
    startedMs,
    resume: resume !== undefined,
    maxParallel: flags['max-parallel'],
  });
}

async function freshSettings({ flags, env, cwd, clock }: Context): Promise<TrialSettings> {
  const loaded = await loadConfig(flags.config ?? (await findConfig(cwd)), cwd);
  const overrides = { ...flags, buildArgs: flags['build-arg'], keepCluster: flags['keep-cluster'] };
  return prepareSettings(loaded, overrides, { env, cwd, clock, random: Math.random });
}
