import { createGke, gkeOptionsFromEnv, runLabels } from '@seatrial/gke';
import type { Sandbox } from '@seatrial/sandbox';
import type { Attempt } from './attempt.js';
import { LIFETIME_MS } from './plan.js';

/** Runs `seatrial` to its end. */
export type Seatrial = (args: readonly string[]) => Promise<Attempt>;

/** Times that a janitor comes by; one that could not see or do all says so, and comes again. */
const ROUNDS = 3;

/**
 * Lets `seatrial gke janitor` clean up after a run that nobody resumes, once the time of its cluster is over. Clusters of
 * somebody else and of a run that goes on must be there after it.
 */
export async function sweep(sandbox: Sandbox, seatrial: Seatrial): Promise<readonly string[]> {
  const others = await plantOthers(sandbox);
  await new Promise((resolve) => setTimeout(resolve, LIFETIME_MS + 1_000));
  const problems: string[] = [];
  for (let round = 1; ; round += 1) {
    const { exitCode, endedBy } = await seatrial(['gke', 'janitor', '--error-hours', '0']);
    const left = sandbox.clusters().filter(({ name }) => !others.includes(name));
    if (exitCode === 0) {
      if (left.length > 0)
        problems.push(`the janitor ended with 0 and left ${left.map(({ name }) => name).join(', ')}`);
      break;
    }
    if (round === ROUNDS) {
      problems.push(`the janitor was not done after ${ROUNDS} rounds: exit ${exitCode ?? endedBy}`);
      break;
    }
  }
  const names = sandbox.clusters().map(({ name }) => name);
  for (const name of others)
    if (!names.includes(name)) problems.push(`the janitor has deleted ${name}, which is not its`);
  await removeOthers(sandbox, others);
  return problems;
}

/** One cluster without labels, one of a run that goes on. Retried: the faults of the trial hit these too. */
async function plantOthers(sandbox: Sandbox): Promise<readonly string[]> {
  const young = runLabels({ runId: 'another-run', expiresMs: Date.now() + 3_600_000 });
  return withGke(sandbox, async (gke, place) => {
    const plant = async (name: string, labels: Readonly<Record<string, string>>): Promise<string> => {
      for (let tries = 1; ; tries += 1) {
        try {
          return (await gke.createCluster({ ...place, name: `${name}-${tries}`, labels }, { timeoutMs: 90_000 })).name;
        } catch (error) {
          // One of nobody's that could not be made stays: no label says that anyone may delete it.
          await gke.deleteCluster({ ...place, name: `${name}-${tries}` }, { timeoutMs: 90_000 });
          if (tries === 4) throw error;
        }
      }
    };
    return Promise.all([plant('somebodys', {}), plant('young', young)]);
  });
}

async function removeOthers(sandbox: Sandbox, names: readonly string[]): Promise<void> {
  await withGke(sandbox, async (gke, place) => {
    await Promise.all(names.map((name) => gke.deleteCluster({ ...place, name }, { timeoutMs: 90_000 })));
  });
}

async function withGke<T>(
  sandbox: Sandbox,
  use: (gke: ReturnType<typeof createGke>, place: { project: string; location: string }) => Promise<T>,
): Promise<T> {
  const { project = '', ...endpoint } = gkeOptionsFromEnv({ ...sandbox.env });
  const gke = createGke(endpoint);
  try {
    return await use(gke, { project, location: 'us-west1-a' });
  } finally {
    await gke.close();
  }
}

/** What a run that left at the third signal has printed: what is left, how to remove it, how to go on. */
export interface LastWords {
  readonly clusters: readonly string[];
  /** Arguments of `seatrial` for each. */
  readonly removals: readonly (readonly string[])[];
  readonly resumes: string | undefined;
}

/** `undefined` for a run that did not leave so. */
export function lastWordsOf({ stderr }: Pick<Attempt, 'stderr'>): LastWords | undefined {
  const at = stderr.indexOf('leaving now');
  if (at < 0) return undefined;
  const words = stderr.slice(at);
  return {
    clusters: [...words.matchAll(/^left behind: cluster (\S+)$/gm)].map(([, name = '']) => name),
    removals: [...words.matchAll(/^ {2}seatrial (gke delete .*)$/gm)].map(([, args = '']) => args.split(' ')),
    resumes: /^go on with: seatrial e2e --resume (\S+)$/m.exec(words)?.[1],
  };
}

/** Whether last words are true: all that is there is named, and what is printed removes it and names the run. */
export async function proveLastWords(
  { clusters, removals, resumes }: LastWords,
  {
    sandbox,
    uri,
    seatrial,
  }: { readonly sandbox: Sandbox; readonly uri: string | undefined; readonly seatrial: Seatrial | undefined },
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { name } of sandbox.clusters())
    if (!clusters.includes(name)) problems.push(`left at the third signal without a word about cluster ${name}`);
  if (removals.length !== clusters.length) problems.push('left at the third signal without a command for each cluster');
  if (uri !== undefined && resumes !== undefined && resumes !== uri)
    problems.push(`left at the third signal, and told to resume ${resumes} instead of ${uri}`);
  if (seatrial === undefined) return problems;
  for (const args of removals) {
    const { exitCode, stderr } = await seatrial(args);
    if (exitCode !== 0) problems.push(`what was printed does not work: ${args.join(' ')}: exit ${exitCode}: ${stderr}`);
  }
  const left = sandbox.clusters().map(({ name }) => name);
  if (left.length > 0) problems.push(`what was printed leaves ${left.join(', ')}`);
  return problems;
}
