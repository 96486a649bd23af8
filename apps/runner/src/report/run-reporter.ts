import type { Closing } from '../run/finish.js';
import type { RunSummary } from '../run-trial.js';

/** Tells of a run outside of its results. Never rejects: what cannot be told does not change the verdict. */
export interface RunReporter {
  begin(): Promise<void>;
  end(outcome: { readonly summary: RunSummary; readonly closing: Closing }): Promise<void>;
}
