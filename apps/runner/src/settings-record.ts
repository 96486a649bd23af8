import type { Journal, Json } from '@seatrial/pipeline';
import { RunnerError } from './errors.js';
import type { TrialSettings } from './trial.js';

/** Version of the record; a reader of another one refuses it rather than guess. */
const RECORD_VERSION = 1;

/** What a run keeps in its journal's `run.json`: what was asked for, so that any step can be done again elsewhere. */
export function recordOf(settings: TrialSettings): Json {
  // Settings are plain data; going through JSON drops what is undefined.
  return JSON.parse(JSON.stringify({ version: RECORD_VERSION, settings: plainSettings(settings) })) as Json;
}

/** @throws {RunnerError} `RUN_NOT_FOUND` when there is no run there, or one of another version. */
export async function readSettings(journal: Journal, runUri: string): Promise<TrialSettings> {
  const run = await journal.readRun();
  if (run === undefined) {
    throw new RunnerError('RUN_NOT_FOUND', `no run at ${runUri}`, {
      hint: 'Give the URI that the run printed after "results".',
    });
  }
  const record = run.meta as { readonly version?: unknown; readonly settings: TrialSettings } | undefined;
  if (record?.version !== RECORD_VERSION) {
    throw new RunnerError('RUN_NOT_FOUND', `the run at ${runUri} was recorded by another version of seatrial`, {
      hint: 'Continue it with the version that started it.',
    });
  }
  return record.settings;
}

/** The settings of a trial alone, without its clients. */
function plainSettings(settings: TrialSettings): TrialSettings {
  const { config, job, source, provider, runUri, resultsUri } = settings;
  const { registry, releasesUri, keepCluster, builder, attest, secretNames } = settings;
  return {
    config,
    job,
    source,
    provider,
    runUri,
    resultsUri,
    keepCluster,
    builder,
    attest,
    registry,
    releasesUri,
    secretNames,
  };
}
