import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ContextOf, makeOutputFolder } from '@seatrial/cli';
import { requireNamedFiles } from './config/named-files.js';
import type { e2eFlags } from './flags.js';
import { freshSettings } from './fresh-settings.js';
import { leaseDepsOf, openTrial, trialIoOf } from './open-trial.js';
import { describePlan, planDescriptions, planSettings, planTrial } from './plan.js';
import { recordedSettings } from './recorded-settings.js';
import { openReporter } from './report/open-reporter.js';
import { runTrial } from './run-trial.js';
import { lockRun } from './run/run-lock.js';

type Context = ContextOf<typeof e2eFlags>;

/** `seatrial e2e` */
export async function e2e(context: Context): Promise<number> {
  const { flags, clock } = context;
  const { resume, only, from, skip, fault } = flags;
  const startedMs = clock.now();
  const settings = resume === undefined ? await freshSettings(context) : await recordedSettings(context, resume);
  const selection = { only: some(only), from: some(from), skip, fresh: resume === undefined };
  const preview = planSettings(settings, selection); // refuses unknown tasks before anything is made
  if (flags['dry-run']) {
    if (flags.json) context.printJson(planDescriptions(preview));
    else context.print(describePlan(preview));
    return 0;
  }
  // Of a commit or another repository, only the checkout knows its files.
  if (resume === undefined && flags.commit === undefined && flags.repo === undefined) {
    const dir = join(settings.source.repo, settings.source.configFolder);
    await requireNamedFiles(settings.config, { dir, tasks: preview.selection.names });
  }
  const reporter = await openReporter(settings, context);
  const { resultsUri, runUri } = settings;
  // Under Prow's sidecar the run lies elsewhere, and nothing is written there.
  if (resultsUri.startsWith('file://') && runUri.startsWith(`${resultsUri}/`)) {
    await makeOutputFolder(fileURLToPath(resultsUri));
  }
  // Before anything of the run is touched: its folder on this machine may be in use.
  await using lock = await lockRun(leaseDepsOf(context), runUri);
  await using trial = await openTrial(settings, { ...trialIoOf(context), lock, faults: fault });
  const plan = planTrial(trial, selection);
  return await runTrial({ trial, plan }, context, {
    startedMs,
    resume: resume !== undefined,
    redo: plan.redo,
    maxParallel: flags['max-parallel'],
    reporter,
  });
}

function some(names: readonly string[]): readonly string[] | undefined {
  return names.length === 0 ? undefined : names;
}
