import type { ContextOf } from '@seatrial/cli';
import type { stepFlags } from './flags.js';
import { openResultStore, openTrial, trialIoOf } from './open-trial.js';
import { planSettings, planTrial } from './plan.js';
import { openJournal, runTrial } from './run-trial.js';
import { readSettings } from './settings-record.js';

const CLEANUP_TASKS = ['collect', 'teardown', 'finalize'];

/** `seatrial step NAME --run URI`: one task, with the journalled outputs of those that it needs. */
export async function step(context: ContextOf<typeof stepFlags>): Promise<number> {
  const { flags, args, env, cwd, clock } = context;
  const startedMs = clock.now();
  const settings = await readSettings(openJournal(openResultStore(env, cwd), flags.run, undefined), flags.run);
  // The step alone: what it leaves is looked at by hand, so nothing is torn down after it.
  const selection = { only: args, skip: CLEANUP_TASKS.filter((name) => !args.includes(name)) };
  planSettings(settings, selection); // refuses an unknown task before anything is made
  await using trial = await openTrial(settings, { ...trialIoOf(context), isStep: true });
  const plan = planTrial(trial, selection);
  return await runTrial({ trial, plan }, context, { startedMs, resume: true, redo: args, writesVerdict: false });
}
