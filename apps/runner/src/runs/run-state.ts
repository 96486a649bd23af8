import { readRunReport, type RunReport } from '@seatrial/pipeline';
import type { ObjectStore } from '@seatrial/storage';
import type { LocalProcesses } from '../process/local-processes.js';
import { findProcessRecord, type ProcessRecord } from '../run/process-record.js';
import { openJournal } from '../run-trial.js';

/** How a run is. `killed`: it had not ended when its process did. */
export type RunState = RunReport['state'] | 'killed';

export interface RunFacts {
  readonly state: RunState;
  readonly report: RunReport;
  readonly process: ProcessRecord | undefined;
}

/**
 * What a run's results tell of it; `undefined` where there is none. Whether one has been killed is known of those of this
 * machine only.
 */
export async function readRunFacts(
  store: ObjectStore,
  runUri: string,
  local: Pick<LocalProcesses, 'host' | 'isAlive'>,
): Promise<RunFacts | undefined> {
  const [report, process] = await Promise.all([
    readRunReport(openJournal(store, runUri, undefined)),
    findProcessRecord(store, runUri),
  ]);
  if (report === undefined) return undefined;
  const isGone = process !== undefined && process.host === local.host && !local.isAlive(process.pid);
  return { state: report.state === 'running' && isGone ? 'killed' : report.state, report, process };
}
