import { branchesOverlap } from './branches.js';
import type { ConfigProblem } from './problem.js';
import type { LoadedJob } from './loaded-job.js';
import { problemAt } from './loaded-job.js';

/**
 * Jobs that get into each other's way: the same name, or the same context, in one repository on branches that overlap; two
 * periodics of one name. Each clash is told once, at the later one.
 */
export function findClashes(jobs: readonly LoadedJob[]): readonly ConfigProblem[] {
  const groups = new Map<string, LoadedJob[]>();
  for (const job of jobs) {
    const { configured } = job;
    const key = configured.type === 'periodic' ? 'periodic' : `${configured.type} ${configured.repo}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [job]);
    else group.push(job);
  }
  return [...groups.values()].flatMap((group) => [
    ...findFirstClashes(group, ({ configured }) => configured.job.name, overlap).map(([first, second]) =>
      problemAt(second, {
        code: 'DUP-JOB',
        message: `there is a job of this name already, ${formatPlace(first)}`,
        hint: 'Rename one, or give them branches that do not overlap.',
        path: ['name'],
      }),
    ),
    ...findFirstClashes(group, contextOf, overlapUnderOtherName).map(([first, second]) =>
      problemAt(second, {
        code: 'DUP-CONTEXT',
        message: `the context is that of ${first.configured.job.name} too, ${formatPlace(first)}`,
        hint: 'Give each a context of its own: one would overwrite the status of the other.',
        path: ['context'],
      }),
    ),
  ]);
}

function overlap({ configured: a }: LoadedJob, { configured: b }: LoadedJob): boolean {
  return a.type === 'periodic' || b.type === 'periodic' || branchesOverlap(a.job, b.job);
}

function overlapUnderOtherName(a: LoadedJob, b: LoadedJob): boolean {
  return a.configured.job.name !== b.configured.job.name && overlap(a, b);
}

function contextOf({ configured }: LoadedJob): string | undefined {
  return configured.type === 'periodic' ? undefined : configured.job.context;
}

function formatPlace({ configured: { position } }: LoadedJob): string {
  return `${position.file}:${position.line}`;
}

/** For each job the first before it that has the same key and clashes with it; jobs without a key have none. */
function findFirstClashes(
  jobs: readonly LoadedJob[],
  keyOf: (job: LoadedJob) => string | undefined,
  clash: (first: LoadedJob, second: LoadedJob) => boolean,
): readonly (readonly [LoadedJob, LoadedJob])[] {
  const byKey = new Map<string, LoadedJob[]>();
  return jobs.flatMap((job) => {
    const key = keyOf(job);
    if (key === undefined) return [];
    const before = byKey.get(key) ?? [];
    const first = before.find((one) => clash(one, job));
    before.push(job);
    byKey.set(key, before);
    return first === undefined ? [] : [[first, job] as const];
  });
}
