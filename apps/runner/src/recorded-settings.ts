import { openResultStore } from './open-trial.js';
import { resultsUriOf } from './prepare.js';
import { openJournal } from './run-trial.js';
import { resolveRun } from './runs/find-runs.js';
import { readSettings } from './settings-record.js';
import type { TrialSettings } from './trial.js';

/** What a command that goes on with a run knows. */
export interface RecordedContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly flags: { readonly results?: string | undefined };
}

/**
 * The settings that a run was started with.
 *
 * @param run URI of its results, or its build id among those of `--results`.
 * @throws {RunnerError} `RUN_NOT_FOUND`
 */
export async function recordedSettings({ env, cwd, flags }: RecordedContext, run: string): Promise<TrialSettings> {
  const store = openResultStore(env, cwd);
  const uri = await resolveRun(store, resultsUriOf(flags.results, cwd), run);
  return readSettings(openJournal(store, uri, undefined), uri);
}
