import { HelmError } from './errors.js';
import { failureOf } from './helm-process.js';
import type { HelmOutcome } from './helm-process.js';
import type { HookPhase, ReleaseHook, ReleaseInfo } from './release.js';

/** How one test hook ended. */
export interface HookTest {
  /** Name of the hook's object, a pod in most charts. */
  readonly name: string;
  /** `Unknown` when it did not run to an end in this run. */
  readonly phase: HookPhase;
  readonly startedMs?: number | undefined;
  readonly completedMs?: number | undefined;
  /** What its pod wrote. `undefined` when there is no such pod any more. */
  readonly log?: string | undefined;
}

/**
 * The verdict of `helm test`, from the release's hooks before and after it and from its output.
 *
 * @throws {HelmError} `NO_TESTS` when there is no test hook, or none of the names asked for; the failure of `helm test`
 * itself when it failed while no hook did.
 */
export function hookTestsOf(run: {
  readonly task: string;
  readonly before: ReleaseInfo;
  readonly after: ReleaseInfo | undefined;
  readonly only: readonly string[];
  readonly outcome: HelmOutcome;
}): readonly HookTest[] {
  const { task, before, after, only, outcome } = run;
  const wanted = testHooks(after ?? before).filter(({ name }) => only.length === 0 || only.includes(name));
  const missing = only.filter((name) => !wanted.some((hook) => hook.name === name));
  if (wanted.length === 0 || missing.length > 0) {
    const what = missing.length === 0 ? 'no test hook' : `no test hook named ${missing.join(', ')}`;
    throw new HelmError('NO_TESTS', `${task}: the chart has ${what}`, {
      hint: 'Add a pod with the annotation "helm.sh/hook": test to the templates.',
    });
  }
  const logs = parsePodLogs(outcome.stdout);
  const startedBefore = new Map(testHooks(before).map((hook) => [hook.name, hook.lastRun.startedMs]));
  const tests = wanted.map(({ name, lastRun }): HookTest => {
    const ranNow = lastRun.startedMs !== undefined && lastRun.startedMs !== startedBefore.get(name);
    if (!ranNow) return { name, phase: 'Unknown' };
    return {
      name,
      phase: lastRun.phase ?? 'Unknown',
      startedMs: lastRun.startedMs,
      completedMs: lastRun.completedMs,
      log: logs.get(name),
    };
  });
  // A log that cannot be had makes helm fail although every test passed.
  const onlyLogsFailed = /unable to get pod logs/.test(outcome.stderr);
  if (outcome.exitCode !== 0 && !onlyLogsFailed && !tests.some(({ phase }) => phase === 'Failed')) {
    throw failureOf(task, outcome);
  }
  return tests;
}

function testHooks(release: ReleaseInfo): readonly ReleaseHook[] {
  return release.hooks.filter(({ events }) => events.includes('test') || events.includes('test-success'));
}

/** `POD LOGS: name`, the log, an empty line; for each pod, after the report. */
function parsePodLogs(stdout: string): ReadonlyMap<string, string> {
  const parts = stdout.split(/^POD LOGS: (.*)$/m);
  const logs = new Map<string, string>();
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const text = parts[index + 1]?.replace(/^\r?\n/, '').replace(/\n{1,2}$/, '') ?? '';
    logs.set(parts[index]?.trim() ?? '', text);
  }
  return logs;
}
