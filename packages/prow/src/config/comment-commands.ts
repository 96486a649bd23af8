import { runsOnBranch } from './branches.js';
import type { Presubmit } from './job-config.js';
import { compileRe2 } from './re2.js';
import { type ChangedFiles, presubmitRuns } from './should-run.js';

/** A comment on a pull request, and what is known of the jobs there. */
export interface CommentQuestion {
  readonly comment: string;
  readonly branch: string;
  readonly changedFiles: ChangedFiles;
  /** Contexts whose last status is a failure. */
  readonly failedContexts: readonly string[];
  /** Contexts that have any status. */
  readonly allContexts: readonly string[];
}

interface Answer {
  readonly forced: boolean;
  readonly byDefault: boolean;
}
type Filter = (job: Presubmit) => Answer | undefined;

const RETEST = String.raw`(?m)^/retest\s*$`;
const RETEST_REQUIRED = String.raw`(?m)^/retest-required\s*$`;
const MANUAL_REQUIRED = String.raw`(?m)^/test-manual-required\s*$`;
const TEST_ALL = String.raw`(?m)^/test all,?($|\s.*)`;
const OK_TO_TEST = String.raw`(?m)^/ok-to-test\s*$`;

/**
 * Presubmits that a comment starts, in the order given. The commands of one comment add up; for each job the first that
 * names it decides: its own trigger, `/retest`, `/retest-required`, `/test-manual-required`, `/test all` or `/ok-to-test`.
 *
 * @throws {ProwError} `INVALID_CONFIG` for a job whose patterns are none.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pjutil/filter.go
 */
export async function presubmitsOfComment(
  jobs: readonly Presubmit[],
  question: CommentQuestion,
): Promise<readonly Presubmit[]> {
  const filters = filtersOf(question);
  const started: Presubmit[] = [];
  for (const job of jobs) {
    const answer = filters.map((filter) => filter(job)).find((one) => one !== undefined);
    if (answer !== undefined && (await presubmitRuns(job, { ...question, ...answer }))) started.push(job);
  }
  return started;
}

/** Whether a job only runs when somebody asks for it. */
export function needsExplicitTrigger(job: Presubmit): boolean {
  return job.always_run !== true && !job.run_if_changed && !job.skip_if_only_changed;
}

function filtersOf({ comment, branch, failedContexts, allContexts }: CommentQuestion): readonly Filter[] {
  const says = (pattern: string) => compileRe2(pattern).test(comment);
  const retest =
    (isWanted: (job: Presubmit) => boolean): Filter =>
    (job) => {
      if (!isWanted(job)) return undefined;
      const context = job.context || job.name;
      if (failedContexts.includes(context)) return { forced: false, byDefault: true };
      const isNew = !needsExplicitTrigger(job) && !allContexts.includes(context);
      return isNew ? { forced: false, byDefault: false } : undefined;
    };
  return [
    (job) => (job.trigger && says(job.trigger) ? { forced: true, byDefault: true } : undefined),
    ...(says(RETEST) ? [retest(() => true)] : []),
    ...(says(RETEST_REQUIRED) ? [retest((job) => job.optional !== true)] : []),
    ...(says(MANUAL_REQUIRED)
      ? [
          (job: Presubmit) =>
            needsExplicitTrigger(job) && job.optional !== true && runsOnBranch(job, branch)
              ? { forced: true, byDefault: false }
              : undefined,
        ]
      : []),
    ...(says(TEST_ALL) || says(OK_TO_TEST)
      ? [(job: Presubmit) => (needsExplicitTrigger(job) ? undefined : { forced: false, byDefault: false })]
      : []),
  ];
}
