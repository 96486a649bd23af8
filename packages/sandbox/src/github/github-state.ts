/** A repository to begin with. */
export interface GithubRepositorySeed {
  readonly owner: string;
  readonly name: string;
  /** @default 'main' */
  readonly defaultBranch?: string;
  /** Commits by branch or tag: `heads/main`, `tags/v1`. */
  readonly refs?: Readonly<Record<string, string>>;
  readonly pulls?: readonly PullSeed[];
  /** Permission by login. */
  readonly collaborators?: Readonly<Record<string, Permission>>;
}

export interface PullSeed {
  /** Free number when left out. */
  readonly number?: number;
  readonly title: string;
  readonly body?: string;
  readonly user?: string;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha?: string };
}

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface Pull {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  readonly user: string;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly createdAt: string;
  updatedAt: string;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly target_url: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly user: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Hook {
  readonly id: number;
  active: boolean;
  events: readonly string[];
  config: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

/** What is known of one repository. */
export interface RepositoryState {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly refs: Map<string, string>;
  readonly pulls: Map<number, Pull>;
  readonly statuses: CommitStatus[];
  readonly comments: Map<number, Comment>;
  readonly collaborators: Map<string, Permission>;
  readonly hooks: Map<number, Hook>;
}

/** Lays out a repository. @param now RFC 3339. */
export function createRepository(seed: GithubRepositorySeed, now: string): RepositoryState {
  const { owner, name, defaultBranch = 'main', refs = {}, pulls = [], collaborators = {} } = seed;
  const state: RepositoryState = {
    owner,
    name,
    defaultBranch,
    refs: new Map(Object.entries(refs)),
    pulls: new Map(),
    statuses: [],
    comments: new Map(),
    collaborators: new Map<string, Permission>([[owner, 'admin'], ...Object.entries(collaborators)]),
    hooks: new Map(),
  };
  for (const pull of pulls) addPull(state, pull, now);
  return state;
}

/** Opens a pull request and its ref `pull/N/head`. */
export function addPull(state: RepositoryState, seed: PullSeed, now: string): Pull {
  const number = seed.number ?? Math.max(0, ...state.pulls.keys()) + 1;
  const { title, body = '', user = state.owner, head, base } = seed;
  const sha = base.sha ?? state.refs.get(`heads/${base.ref}`) ?? '0'.repeat(40);
  const times = { createdAt: now, updatedAt: now };
  const pull: Pull = { number, title, body, state: 'open', user, head, base: { ref: base.ref, sha }, ...times };
  state.pulls.set(number, pull);
  state.refs.set(`pull/${number}/head`, head.sha);
  return pull;
}
