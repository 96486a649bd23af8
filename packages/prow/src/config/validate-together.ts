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
    ...pairsBy(group, ({ configured }) => configured.job.name).flatMap(([first, second]) =>
      duplicateJob(first, second),
    ),
    ...pairsBy(group, contextOf).flatMap(([first, second]) => duplicateContext(first, second)),
  ]);
}

function duplicateJob(first: LoadedJob, second: LoadedJob): readonly ConfigProblem[] {
  if (!overlap(first, second)) return [];
  const where = formatPlace(first);
  return [
    problemAt(second, {
      code: 'DUP-JOB',
      message: `there is a job of this name already, ${where}`,
      hint: 'Rename one, or give them branches that do not overlap.',
      path: ['name'],
    }),
  ];
}

function duplicateContext(first: LoadedJob, second: LoadedJob): readonly ConfigProblem[] {
  const [a, b] = [first.configured.job.name, second.configured.job.name];
  if (a === b || !overlap(first, second)) return [];
  return [
    problemAt(second, {
      code: 'DUP-CONTEXT',
      message: `the context is that of ${a} too, ${formatPlace(first)}`,
      hint: 'Give each a context of its own: one would overwrite the status of the other.',
      path: ['context'],
    }),
  ];
}

function overlap({ configured: a }: LoadedJob, { configured: b }: LoadedJob): boolean {
  return a.type === 'periodic' || b.type === 'periodic' || branchesOverlap(a.job, b.job);
}

function contextOf({ configured }: LoadedJob): string | undefined {
  return configured.type === 'periodic' ? undefined : configured.job.context;
}

function formatPlace({ configured: { position } }: LoadedJob): string {
  return `${position.file}:${position.line}`;
}

/** Pairs of items with the same key, in order; items without one have no pair. */
function pairsBy(
  items: readonly LoadedJob[],
  keyOf: (item: LoadedJob) => string | undefined,
): readonly (readonly [LoadedJob, LoadedJob])[] {
  const byKey = new Map<string, LoadedJob[]>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    const before = byKey.get(key) ?? [];
    byKey.set(key, [...before, item]);
    return before.map((one) => [one, item] as const);
  });
}
