import { joinUri } from '@seatrial/storage';
import { RunnerError } from '../errors.js';
import {
  findHolder,
  type Holder,
  isHolder,
  judgeHolder,
  type Lease,
  type LeaseDeps,
  nameOf,
  takeLease,
} from './lease.js';

const RUN = 'run.json';

/**
 * Takes a run for this process alone: no other one runs it, resumes it, or runs a step of it.
 *
 * @throws {RunnerError} `RUN_LOCKED`
 */
export async function lockRun(deps: LeaseDeps, runUri: string): Promise<Lease> {
  const lease = await take(deps, runUri, { name: RUN, command: 'seatrial e2e' });
  try {
    for (const holder of await stepsOf(deps, runUri)) throw locked(deps, runUri, holder);
    return lease;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Takes one task of a run for this process. Steps of other tasks may run beside it, the run itself may not.
 *
 * Whoever comes writes first and looks at the others afterwards, so of a run and a step at once at most one goes on.
 *
 * @throws {RunnerError} `RUN_LOCKED`
 */
export async function lockStep(deps: LeaseDeps, runUri: string, task: string): Promise<Lease> {
  const lease = await take(deps, runUri, { name: `step-${task}.json`, command: `seatrial step ${task}` });
  try {
    const holder = await findHolder(deps.store, lockUri(runUri, RUN));
    if (holder !== undefined && judgeHolder(holder, deps).isAlive) throw locked(deps, runUri, holder);
    return lease;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

async function take(
  deps: LeaseDeps,
  runUri: string,
  { name, command }: { readonly name: string; readonly command: string },
): Promise<Lease> {
  const taken = await takeLease(deps, lockUri(runUri, name), command);
  if (isHolder(taken)) throw locked(deps, runUri, taken);
  return taken;
}

/** Steps of a run that go on. */
async function stepsOf(deps: LeaseDeps, runUri: string): Promise<readonly Holder[]> {
  const holders: Holder[] = [];
  for await (const { uri } of deps.store.list(`${lockUri(runUri, 'step-')}`)) {
    const holder = await findHolder(deps.store, uri);
    if (holder !== undefined && judgeHolder(holder, deps).isAlive) holders.push(holder);
  }
  return holders;
}

function lockUri(runUri: string, name: string): string {
  return joinUri(runUri, 'artifacts', 'seatrial', 'locks', name);
}

function locked(deps: LeaseDeps, runUri: string, holder: Holder): RunnerError {
  const { untilMs } = judgeHolder(holder, deps);
  const since = new Date(holder.sinceMs).toISOString().slice(0, 19);
  const isRun = holder.command === 'seatrial e2e';
  const remedy = isRun
    ? `Wait until it has ended, or stop it: seatrial runs cancel ${runUri}`
    : 'Wait until it has ended, or stop that process.';
  const ifGone =
    untilMs === undefined
      ? ''
      : ` If that machine is gone, try again after ${new Date(untilMs).toISOString().slice(11, 19)} UTC.`;
  return new RunnerError(
    'RUN_LOCKED',
    `the run at ${runUri} is in use by ${nameOf(holder)}: ${holder.command}, since ${since}Z`,
    { hint: `${remedy}${ifGone}` },
  );
}
