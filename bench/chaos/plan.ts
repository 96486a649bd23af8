/** How a run is interrupted. */
export interface Interruption {
  /** Sent one after the other, each so many milliseconds after the one before (the first: after the line). */
  readonly signals: readonly { readonly name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'; readonly afterMs: number }[];
  /** Line of the run's output, counted from 1, from which the first delay counts. */
  readonly atLine: number;
}

/** Flags that choose tasks. */
export const SCOPES = {
  cluster: ['--only', 'clone,check,create-cluster'],
  image: ['--only', 'clone,build,check,create-cluster'],
  whole: [],
} as const;

/** What follows when a run has been killed. */
export type Recovery = 'resume' | 'janitor';

/** Milliseconds that the cluster of a run keeps which is left to the janitor. */
export const LIFETIME_MS = 12_000;

/** One trial, all of it decided by a seed. */
export interface TrialPlan {
  readonly seed: number;
  readonly faults: readonly string[];
  /** How long GKE takes for an operation, at least. */
  readonly operationMs: number;
  /** Whether the check of the operator fails. */
  readonly isBroken: boolean;
  /** Results in a bucket of the sandbox, rather than in a folder. */
  readonly inBucket: boolean;
  /** How much of the pipeline is run: a cluster only, an image too, or all of it with deployment and test. */
  readonly scope: keyof typeof SCOPES;
  /** Of the first run and of its resumptions. The last attempt is left alone. */
  readonly interruptions: readonly Interruption[];
  readonly recovery: Recovery;
  /** Whether somebody does what a run that left at the third signal has printed, before it is resumed. */
  readonly obeysLastWords: boolean;
}

/** A random source that gives the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// What the clients are to bear. Each may turn up in any trial.
const FAULTS = [
  'gke.CreateCluster:UNAVAILABLE:#1',
  'gke.CreateCluster:drop:#1',
  'gke.CreateCluster:DEADLINE_EXCEEDED:#1',
  'gke.DeleteCluster:UNAVAILABLE:#1-2',
  'gke.DeleteCluster:drop:#1',
  'gke.GetOperation:UNAVAILABLE:0.2',
  'gke.GetOperation:reset:0.1',
  'gke.GetCluster:UNAVAILABLE:0.2',
  'gke:RESOURCE_EXHAUSTED:0.03',
  'gke.CreateCluster:stockout:#1',
  'storage:503:0.05',
  'storage:429:0.05',
  'storage:reset:0.03',
  'storage.POST:drop:0.03',
  'registry:503:0.05',
  'registry:reset:0.03',
  'registry.PUT:drop:#1',
  'kubernetes:503:0.02',
  'kubernetes:reset:0.02',
  'kubernetes.POST:drop:#1',
] as const;

// Calls without an answer: each costs as long as its client waits for one, so a trial has one at most.
const STALLS: readonly { readonly call: string; readonly upTo: number }[] = [
  { call: 'gke.CreateCluster', upTo: 1 },
  { call: 'gke.GetOperation', upTo: 4 },
  { call: 'gke.DeleteCluster', upTo: 1 },
  { call: 'storage.GET', upTo: 12 },
  { call: 'storage.POST', upTo: 20 },
  { call: 'registry', upTo: 12 },
  { call: 'kubernetes.GET', upTo: 20 },
  { call: 'kubernetes.POST', upTo: 3 },
  { call: 'kubernetes.WATCH', upTo: 3 },
];

/** Decides a trial. */
export function planOf(seed: number): TrialPlan {
  const random = seededRandom(seed);
  const upTo = (count: number) => Math.floor(random() * count);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(items: readonly T[]): T => items[upTo(items.length)] as T;
  const interrupt = (): Interruption => {
    const name = pick(['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'] as const);
    const count = name === 'SIGKILL' ? 1 : pick([1, 1, 2, 3]);
    const signals = Array.from({ length: count }, (_, index) => ({
      name,
      // The second and third follow at once or while it cleans up; the echo of a signal does not count.
      afterMs: index === 0 ? upTo(400) : 100 + upTo(1_500),
    }));
    return { signals, atLine: 1 + upTo(40) };
  };
  return {
    seed,
    faults: [
      ...Array.from({ length: pick([0, 1, 1, 2, 3]) }, () => pick(FAULTS)),
      ...(chance(0.25) ? [pick(STALLS)].map(({ call, upTo: most }) => `${call}:stall:#${1 + upTo(most)}`) : []),
    ],
    operationMs: pick([100, 300, 1_000, 2_500]),
    isBroken: chance(0.2),
    inBucket: chance(0.5),
    scope: pick(['cluster', 'cluster', 'image', 'whole', 'whole']),
    interruptions: Array.from({ length: pick([1, 1, 1, 2, 3]) }, interrupt),
    recovery: chance(0.2) ? 'janitor' : 'resume',
    obeysLastWords: chance(0.5),
  };
}
