import { hostname, userInfo } from 'node:os';
import { type ContextOf, formatDuration, formatTable } from '@seatrial/cli';
import { formatTaskTable } from '@seatrial/pipeline/commands';
import { joinUri, type ObjectStore } from '@seatrial/storage';
import { RunnerError } from '../errors.js';
import type { runsCancelFlags, runsListFlags, runsLogsFlags, runsShowFlags } from '../flags.js';
import { openResultStore } from '../open-trial.js';
import { resultsUriOf } from '../prepare.js';
import { localProcesses as local } from '../process/local-processes.js';
import { requestStop } from '../run/stop-request.js';
import { listRuns, resolveRun } from './find-runs.js';
import { followLog } from './follow-log.js';
import { readRunFacts, type RunFacts } from './run-state.js';

const POLL_MS = 1_000;

/** `seatrial runs list` */
export async function list(context: ContextOf<typeof runsListFlags>): Promise<void> {
  const { flags, env, cwd, clock, print, printJson } = context;
  const store = openResultStore(env, cwd);
  const resultsUri = resultsUriOf(flags.results, cwd);
  const places = await listRuns(store, resultsUri, { job: flags.job, limit: flags.limit });
  const runs = (
    await Promise.all(places.map(async (place) => ({ ...place, facts: await readRunFacts(store, place.uri, local) })))
  ).filter(({ facts }) => facts !== undefined);
  if (flags.json) {
    return printJson(
      runs.map(({ uri, job, buildId, facts }) => ({
        uri,
        job,
        buildId,
        state: facts?.state,
        startedMs: facts?.report.startedMs,
        endedMs: facts?.report.endedMs,
      })),
    );
  }
  if (runs.length === 0) {
    const of = flags.job === undefined ? '' : ` of ${flags.job}`;
    return print(`no runs${of} below ${joinUri(resultsUri, 'logs')} and ${joinUri(resultsUri, 'pr-logs')}`);
  }
  print(`below ${resultsUri}\n`);
  const rows = runs.map(({ job, buildId, facts }) => [
    buildId,
    facts?.state ?? '',
    facts === undefined ? '' : timeOf(facts.report.startedMs),
    facts === undefined ? '' : formatDuration((facts.report.endedMs ?? clock.now()) - facts.report.startedMs),
    job,
  ]);
  print(formatTable(rows, { header: ['build', 'state', 'started (UTC)', 'time', 'job'], alignRight: [3] }));
}

/** `seatrial runs show` */
export async function show(context: ContextOf<typeof runsShowFlags>): Promise<void> {
  const { print, printJson, flags } = context;
  const { uri, facts } = await openRun(context);
  const { report, state, process } = facts;
  if (flags.json) return printJson({ uri, ...report, state, process });
  print(`${state}  started ${timeOf(report.startedMs)} UTC${process === undefined ? '' : ` on ${process.host}`}\n`);
  print(formatTaskTable(report.tasks));
  print(`\nresults   ${uri}`);
  if (state === 'running') print(`stop      seatrial runs cancel ${uri}`);
  else if (state !== 'succeeded') print(`resume    seatrial e2e --resume ${uri}`);
}

/** `seatrial runs logs` */
export async function logs(context: ContextOf<typeof runsLogsFlags>): Promise<void> {
  const { args, flags, clock, signal, stdout } = context;
  const { uri, store, facts } = await openRun(context);
  const [, task] = args;
  if (task !== undefined && !facts.report.tasks.some(({ name }) => name === task)) {
    throw new RunnerError('RUN_NOT_FOUND', `the run at ${uri} has no task ${JSON.stringify(task)}`, {
      hint: `Choose from ${facts.report.tasks.map(({ name }) => name).join(', ')}.`,
    });
  }
  const logUri =
    task === undefined ? joinUri(uri, 'build-log.txt') : joinUri(uri, 'artifacts', 'seatrial', 'logs', `${task}.log`);
  await followLog(
    { store, clock, stdout },
    {
      uri: logUri,
      signal,
      isOver: async () => !flags.follow || (await readRunFacts(store, uri, local))?.state !== 'running',
    },
  );
}

/** `seatrial runs cancel` */
export async function cancel(context: ContextOf<typeof runsCancelFlags>): Promise<number> {
  const { flags, clock, signal, print, stderr } = context;
  const { uri, store, facts } = await openRun(context);
  if (facts.state !== 'running') {
    throw new RunnerError('RUN_ENDED', `the run at ${uri} is not running: it is ${facts.state}`, {
      hint:
        facts.state === 'killed'
          ? `It may have left a cluster. Let it clean up: seatrial e2e --resume ${uri}`
          : 'There is nothing to stop.',
    });
  }
  await requestStop(store, uri, { requestedMs: clock.now(), by: `${userInfo().username}@${hostname()}` });
  if (!flags.wait) {
    print(`asked to stop: ${uri}\nIt cleans up first; see seatrial runs show.`);
    return 0;
  }
  stderr.write(`asked to stop, waiting until it has cleaned up: ${uri}\n`);
  for (;;) {
    const state = (await readRunFacts(store, uri, local))?.state;
    if (state !== 'running') {
      print(`${state ?? 'gone'}  ${uri}`);
      return state === 'killed' ? 3 : 0;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function openRun(
  context: Pick<ContextOf<typeof runsShowFlags>, 'args' | 'flags' | 'env' | 'cwd'>,
): Promise<{ readonly uri: string; readonly store: ObjectStore; readonly facts: RunFacts }> {
  const { args, flags, env, cwd } = context;
  const store = openResultStore(env, cwd);
  const uri = await resolveRun(store, resultsUriOf(flags.results, cwd), args[0] ?? '');
  const facts = await readRunFacts(store, uri, local);
  if (facts !== undefined) return { uri, store, facts };
  throw new RunnerError('RUN_NOT_FOUND', `no run at ${uri}`, {
    hint: 'Give the URI that the run printed after "results", or a build id that "seatrial runs list" shows.',
  });
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
