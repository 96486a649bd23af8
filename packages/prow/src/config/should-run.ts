import { runsOnBranch } from './branches.js';
import type { BranchJob, Postsubmit, Presubmit } from './job-config.js';
import { compileRe2 } from './re2.js';

/** Paths that a change touches; called only where a job asks for them, since they may cost a request. */
export type ChangedFiles = readonly string[] | (() => readonly string[] | Promise<readonly string[]>);

/** What a change touches, and how a presubmit was asked for. */
export interface PresubmitQuestion {
  readonly branch: string;
  readonly changedFiles: ChangedFiles;
  /** Whether somebody asked for this job by its name. @default false */
  readonly forced?: boolean;
  /** What to do with a job that nothing speaks for. @default false */
  readonly byDefault?: boolean;
}

/**
 * Whether a presubmit runs: on its branches when it always runs, is asked for, or its files have changed.
 *
 * @throws {ProwError} `INVALID_CONFIG` for a pattern that is none.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/config/jobs.go
 */
export async function presubmitRuns(job: Presubmit, question: PresubmitQuestion): Promise<boolean> {
  const { branch, changedFiles, forced = false, byDefault = false } = question;
  if (!runsOnBranch(job, branch)) return false;
  if (job.always_run === true || forced) return true;
  return (await matchesChanges(job, changedFiles)) === true || byDefault;
}

/** Whether a postsubmit runs: on its branches, where a pattern of files decides alone, and else unless it says not to. */
export async function postsubmitRuns(
  job: Postsubmit,
  question: { readonly branch: string; readonly changedFiles: ChangedFiles },
): Promise<boolean> {
  if (!runsOnBranch(job, question.branch)) return false;
  return (await matchesChanges(job, question.changedFiles)) ?? job.always_run ?? true;
}

/** Whether the changed files call for a job; `undefined` where it does not go by files. Without any file: no. */
async function matchesChanges(job: BranchJob, changedFiles: ChangedFiles): Promise<boolean | undefined> {
  const { run_if_changed, skip_if_only_changed } = job;
  if (!run_if_changed && !skip_if_only_changed) return undefined;
  const files = typeof changedFiles === 'function' ? await changedFiles() : changedFiles;
  if (run_if_changed) {
    const wanted = compileRe2(run_if_changed);
    return files.some((file) => wanted.test(file));
  }
  const idle = compileRe2(skip_if_only_changed ?? '');
  return files.some((file) => !idle.test(file));
}
