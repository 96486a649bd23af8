import type { ContextOf } from '@seatrial/cli';
import type { stepFlags } from './flags.js';
import { freshSettings } from './fresh-settings.js';
import { leaseDepsOf, openTrial, trialIoOf } from './open-trial.js';
import { planSettings, planTrial, withNeeds } from './plan.js';
import { recordedSettings } from './recorded-settings.js';
import { runTrial } from './run-trial.js';
import { lockRun, lockStep } from './run/run-lock.js';

type Context = ContextOf<typeof stepFlags>;

const CLEANUP_TASKS = ['collect', 'teardown', 'finalize'];

/**
 * `seatrial step NAME`: with `--run` that task alone, with the journalled outputs of those that it needs; else in a run of
 * its own, after what it needs, and followed by what cleans up.
 */
export async function step(context: Context): Promise<number> {
  const { run } = context.flags;
  return run === undefined ? stepAlone(context) : stepOf(run, context);
}

async function stepOf(run: string, context: Context): Promise<number> {
  const { args, clock } = context;
  const startedMs = clock.now();
  const settings = await recordedSettings(context, run);
  const step = args[0] ?? '';
  // Shown are the task and the source, which may have to be checked out again. What the task leaves is looked at by hand, so
  // nothing is torn down after it.
  const selection = { only: [step, 'clone'], skip: CLEANUP_TASKS.filter((name) => name !== step) };
  planSettings(settings, selection); // refuses an unknown task before anything is made
  await using lock = await lockStep(leaseDepsOf(context), settings.runUri, step);
  await using trial = await openTrial(settings, { ...trialIoOf(context), lock, isStep: true });
  const plan = planTrial(trial, selection);
  return await runTrial({ trial, plan }, context, { startedMs, step, writesVerdict: false });
}

async function stepAlone(context: Context): Promise<number> {
  const { args, flags, clock } = context;
  const startedMs = clock.now();
  const settings = await freshSettings(context);
  const only = withNeeds(planSettings(settings), args[0] ?? '');
  await using lock = await lockRun(leaseDepsOf(context), settings.runUri);
  await using trial = await openTrial(settings, { ...trialIoOf(context), lock, faults: flags.fault });
  const plan = planTrial(trial, { only });
  return await runTrial({ trial, plan }, context, { startedMs, maxParallel: flags['max-parallel'] });
}
