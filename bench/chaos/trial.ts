import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@seatrial/sandbox';
import { createObjectStore, type ObjectStore } from '@seatrial/storage';
import { type Attempt, attempt } from './attempt.js';
import { lastWordsOf, proveLastWords, sweep } from './cleanup.js';
import { writeOperator } from './operator.js';
import { type Interruption, LIFETIME_MS, SCOPES, type TrialPlan } from './plan.js';
import { filesIn, listRuns, processesAfter, type RunTrace, traceRun } from './traces.js';

/** Milliseconds in which what a run has started must be gone after it. */
const PROCESSES_MS = 15_000;
const SECRET = 'planted-secret-0123456789';

/** What became of a trial. */
export interface Outcome {
  /** What is wrong; none is a pass. */
  readonly problems: readonly string[];
  /** One line that tells what happened. */
  readonly story: string;
  /** How often it left at a third signal. */
  readonly forcedExits: number;
  /** Output of all attempts, for who looks into a failure. */
  readonly transcript: string;
}

interface Surroundings {
  readonly plan: TrialPlan;
  readonly sandbox: Sandbox;
  readonly store: ObjectStore;
  readonly root: string;
  readonly tmp: string;
  readonly resultsUri: string;
  readonly env: Readonly<Record<string, string>>;
  readonly id: string;
}

/** Runs a trial as its plan has it, and looks at what is left. */
export async function runTrial(plan: TrialPlan, pathOf: string, helm: string): Promise<Outcome> {
  const root = await mkdtemp(join(tmpdir(), `seatrial-chaos-${plan.seed}-`));
  const [repo, tmp] = [join(root, 'repo'), join(root, 'tmp')];
  await Promise.all([mkdir(repo), mkdir(tmp)]);
  await writeOperator(repo, plan.recovery === 'janitor' ? `${LIFETIME_MS}ms` : undefined);
  await using sandbox = await startSandbox({
    docker: 'off',
    faults: plan.faults,
    seed: plan.seed,
    operationMs: plan.operationMs,
    dataDir: join(root, 'sandbox'),
    env: { PATH: pathOf },
  });
  const id = `${process.pid}-${plan.seed}`;
  const env = {
    PATH: pathOf,
    HOME: root,
    TMPDIR: tmp,
    HELM_BIN: helm,
    CHAOS_TRIAL: id,
    CHAOS_TOKEN: SECRET,
    ...(plan.isBroken ? { CHAOS_BROKEN: '1' } : {}),
    ...sandbox.env,
  };
  const store = plan.inBucket ? patientStore(sandbox) : createObjectStore();
  const resultsUri = plan.inBucket ? 'gs://seatrial-results' : `file://${join(root, 'results')}`;
  try {
    return await play({ plan, sandbox, store, root: repo, tmp, resultsUri, env, id });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The bucket, read with so many repetitions that its faults do not matter. */
function patientStore(sandbox: Sandbox): ObjectStore {
  const apiEndpoint = sandbox.env['STORAGE_EMULATOR_HOST'] ?? '';
  return createObjectStore({ gcs: { apiEndpoint, maxRetries: 50, retryDelayMs: 10, maxRetryDelayMs: 100 } });
}

async function play(all: Surroundings): Promise<Outcome> {
  const { plan, env, root, resultsUri, store, id, sandbox } = all;
  const problems: string[] = [];
  const transcript: string[] = [];
  const story: string[] = [];
  let forcedExits = 0;
  let last: Attempt | undefined;
  let uri: string | undefined;
  const seatrial = async (args: readonly string[], interruption?: Interruption): Promise<Attempt> => {
    const done = await attempt(args, { env, cwd: root, interruption });
    transcript.push(`$ seatrial ${args.join(' ')}`, done.stderr, done.stdout, `exit ${done.exitCode ?? done.endedBy}`);
    if (done.isHung) problems.push(`seatrial ${args.slice(0, 2).join(' ')} did not end`);
    return done;
  };
  const once = async (interruption: Interruption | undefined): Promise<Attempt> => {
    const only = SCOPES[plan.scope];
    const args =
      uri === undefined
        ? ['e2e', '--provider', 'gke', '--results', resultsUri, ...only]
        : ['e2e', '--resume', uri, ...only];
    const done = await seatrial(args, interruption);
    const end = done.stderr.includes('leaving now') ? 'left' : 'exit';
    story.push(`${[...done.sent, end].join(' ')} ${done.exitCode ?? done.endedBy}`);
    if (done.stderr.includes(SECRET) || done.stdout.includes(SECRET)) problems.push('the secret was shown');
    const left = await processesAfter(id, PROCESSES_MS);
    if (left.length > 0) problems.push(`processes outlive the run: ${left.join('; ')}`);
    last = done;
    uri ??= (await listRuns(store, resultsUri))[0];
    if (uri !== undefined) problems.push(...judge(all, done, await traceRun(store, uri, SECRET)));
    const words = lastWordsOf(done);
    if (words !== undefined) {
      forcedExits += 1;
      const obey = plan.obeysLastWords && words.removals.length > 0;
      problems.push(...(await proveLastWords(words, { sandbox, uri, seatrial: obey ? seatrial : undefined })));
      if (obey) story.push('removed by hand');
    }
    return done;
  };

  for (const interruption of plan.interruptions) {
    const done = await once(interruption);
    // One that ended by itself, or was stopped and has cleaned up: the next begins where it is.
    if (done.exitCode === 0) break;
  }
  let trace = uri === undefined ? undefined : await traceRun(store, uri, SECRET);
  if (plan.recovery === 'janitor') {
    problems.push(...(await sweep(sandbox, seatrial)));
    story.push('janitor');
  } else if (trace?.state !== undefined && last?.exitCode !== 0) {
    const { exitCode } = await once(undefined);
    if (exitCode !== 0 && !plan.isBroken && plan.faults.length === 0)
      problems.push(`a sound operator, resumed without a fault: exit code ${exitCode}`);
    trace = uri === undefined ? undefined : await traceRun(store, uri, SECRET);
    if (trace?.finished === undefined) problems.push('a run that ended has no finished.json');
  }
  const clusters = sandbox.clusters();
  if (clusters.length > 0)
    problems.push(`clusters are left: ${clusters.map(({ name, status }) => `${name} ${status}`).join(', ')}`);
  problems.push(...(await leftovers(all, plan.recovery === 'resume' && trace?.state !== undefined)));
  return { problems, forcedExits, story: story.join(' → '), transcript: transcript.join('\n') };
}

/** Whether what an attempt says of itself, and what its results say, is true. */
function judge({ plan, sandbox }: Surroundings, done: Attempt, trace: RunTrace): readonly string[] {
  const problems = trace.broken.map((text) => `half-written: ${text}`);
  const { finished, state, taskStates, failedTests } = trace;
  const isForced = done.stderr.includes('leaving now');
  const isKilled = done.endedBy !== undefined || isForced;
  const bad = Object.entries(taskStates).filter(([, task]) => !['succeeded', 'skipped'].includes(task));
  if (finished?.passed === true) {
    if (plan.isBroken) problems.push('passed, although the check fails');
    if (failedTests > 0) problems.push(`passed, with ${failedTests} failed tests`);
    if (state !== 'succeeded') problems.push(`passed, but the journal says ${state}`);
    if (bad.length > 0) problems.push(`passed, but ${bad.map((entry) => entry.join(' ')).join(', ')}`);
  }
  if (finished !== undefined && finished.passed !== (finished.result === 'SUCCESS'))
    problems.push(`finished.json contradicts itself: ${JSON.stringify(finished)}`);
  if (done.exitCode === 0 && finished?.passed !== true) problems.push('exit code 0 without a verdict that passed');
  if (isKilled) return problems;
  // It ended in order: by itself, or stopped and cleaned up.
  // One that SIGKILL did not end had ended before it came.
  const first = done.sent.find((name) => name !== 'SIGKILL');
  if (first !== undefined) {
    const expected = first === 'SIGINT' ? 130 : 143;
    if (done.exitCode !== expected) problems.push(`exit code ${done.exitCode} after ${first}`);
    if (state !== undefined && finished === undefined) problems.push(`stopped by ${first}, without a finished.json`);
    if (state === 'aborted' && finished?.result !== 'ABORTED')
      problems.push(`stopped by ${first}, but finished.json says ${finished?.result}`);
  } else if (finished === undefined && state !== undefined) problems.push('ended without a finished.json');
  for (const { name, status } of sandbox.clusters())
    problems.push(`the run ended in order (${done.exitCode}) and left cluster ${name} ${status}`);
  return problems;
}

/** Files that nobody needs any more. A janitor does not see the machine of the run, so there they are not looked for. */
async function leftovers(
  { tmp, root, resultsUri, plan }: Surroundings,
  isResumed: boolean,
): Promise<readonly string[]> {
  const problems: string[] = [];
  if (isResumed) {
    const files = await filesIn(tmp);
    if (files.length > 0) problems.push(`temporary files are left: ${files.slice(0, 8).join(', ')}`);
    if (!plan.inBucket) {
      const half = (await filesIn(resultsUri.replace('file://', ''))).filter((name) =>
        /seatrial-tmp|\.new$/.test(name),
      );
      if (half.length > 0) problems.push(`half-written files are left: ${half.join(', ')}`);
    }
  }
  if ((await filesIn(join(root, '.git'))).some((name) => name.endsWith('.lock')))
    problems.push('a lock of git is left');
  return problems;
}
