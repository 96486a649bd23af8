import { ProwError } from '../errors.js';
import { checkCron } from './cron.js';
import { parseGoDuration } from './go-duration.js';
import type { BranchJob, ConfiguredJob, Periodic, Presubmit } from './job-config.js';
import { compileRe2 } from './re2.js';
import type { Fault } from './validate-job.js';
import type { Path } from './yaml-file.js';

type Compile = typeof compileRe2;

const GERRIT_REPORT = 'prow.k8s.io/gerrit-report-label';

/** Patterns of a job that are no regular expressions of Go. Of a list of branches, that is the whole of it, as Prow joins it. */
export function findRegexFaults({ type, job }: ConfiguredJob, compile: Compile = compileRe2): readonly Fault[] {
  if (type === 'periodic') return [];
  const lists = (['branches', 'skip_branches'] as const).map((field) => ({
    path: [field],
    pattern: job[field]?.join('|') ?? '',
  }));
  return [...patternsOf(job).filter(({ path }) => path.length === 1), ...lists].flatMap(({ path, pattern }) => {
    try {
      compile(pattern);
      return [];
    } catch (error) {
      if (!(error instanceof ProwError)) throw error;
      return [{ code: 'REGEX' as const, message: error.message, ...(error.hint && { hint: error.hint }), path }];
    }
  });
}

/** All regular expressions of a job, and where they are. */
export function patternsOf(job: BranchJob | Presubmit): readonly { readonly path: Path; readonly pattern: string }[] {
  const single = ['trigger', 'run_if_changed', 'skip_if_only_changed'].map((field) => ({
    path: [field],
    pattern: job[field],
  }));
  const lists = (['branches', 'skip_branches'] as const).flatMap((field) =>
    (job[field] ?? []).map((pattern, at) => ({ path: [field, at], pattern })),
  );
  return [...single, ...lists].flatMap(({ path, pattern }) =>
    typeof pattern === 'string' && pattern !== '' ? [{ path, pattern }] : [],
  );
}

/** What is wrong with when a job runs and what it reports. */
export function findRunFaults(configured: ConfiguredJob, compile: Compile = compileRe2): readonly Fault[] {
  if (configured.type === 'periodic') return findScheduleFaults(configured.job);
  const { job } = configured;
  return [
    ...findModeFaults(job),
    ...(configured.type === 'presubmit' ? findTriggerFaults(configured.job, compile) : []),
    ...findReportFaults(job),
  ];
}

function findModeFaults({ always_run, run_if_changed, skip_if_only_changed }: BranchJob): readonly Fault[] {
  const patterns = [run_if_changed && 'run_if_changed', skip_if_only_changed && 'skip_if_only_changed'].filter(
    (name) => !!name,
  );
  const [first] = patterns;
  if (first === undefined || first === '') return [];
  const both = always_run === true ? ['always_run: true', ...patterns] : patterns;
  return both.length < 2
    ? []
    : [
        {
          code: 'RUN-MODE',
          message: `${both.join(' and ')} contradict each other`,
          hint: 'Leave one of them.',
          path: [first],
        },
      ];
}

function findTriggerFaults({ trigger, rerun_command }: Presubmit, compile: Compile): readonly Fault[] {
  if (!trigger !== !rerun_command) {
    const [has, lacks] = trigger ? ['trigger', 'rerun_command'] : ['rerun_command', 'trigger'];
    return [{ code: 'TRIGGER', message: `${has} without ${lacks}`, hint: 'Set both, or neither.', path: [has ?? ''] }];
  }
  if (!trigger || !rerun_command || compile(trigger).test(rerun_command)) return [];
  return [
    {
      code: 'TRIGGER',
      message: `the trigger does not match the rerun_command ${JSON.stringify(rerun_command)}`,
      path: ['trigger'],
    },
  ];
}

function findReportFaults({ skip_report, context, labels }: BranchJob): readonly Fault[] {
  if (skip_report === true) {
    return labels?.[GERRIT_REPORT]
      ? [
          {
            code: 'REPORT',
            message: `skip_report, but the label ${GERRIT_REPORT} says where to report`,
            path: ['skip_report'],
          },
        ]
      : [];
  }
  return context ? [] : [{ code: 'REPORT', message: 'a job that reports has a context', path: ['context'] }];
}

function findScheduleFaults(job: Periodic): readonly Fault[] {
  const given = (['cron', 'interval', 'minimum_interval'] as const).filter((field) => job[field]);
  const [field] = given;
  if (field === undefined || given.length > 1) {
    return [
      {
        code: 'SCHEDULE',
        message:
          given.length === 0 ? 'the job says nothing of when it runs' : `${given.join(' and ')} contradict each other`,
        hint: 'Set exactly one of cron, interval and minimum_interval.',
        path: field === undefined ? [] : [field],
      },
    ];
  }
  const faults = [
    faultOf([field], () => (field === 'cron' ? checkCron(job[field] ?? '') : parseGoDuration(job[field] ?? ''))),
  ];
  const { retry } = job;
  // Prow reads it whenever there is a retry, and an empty text is no duration.
  if (retry !== undefined) faults.push(faultOf(['retry', 'interval'], () => parseGoDuration(retry.interval ?? '')));
  return faults.flat();
}

function faultOf(path: Path, check: () => unknown): readonly Fault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ProwError)) throw error;
    return [{ code: 'SCHEDULE', message: error.message, ...(error.hint && { hint: error.hint }), path }];
  }
}
