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
  /** Whether only collaborators see it. @default false */
  readonly private?: boolean;
  /** @default 'Organization' */
  readonly ownerType?: 'User' | 'Organization';
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

/** One try to tell a hook's receiver of an event, with GitHub's own field names. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly redelivery: false;
  /** Seconds. */
  readonly duration: number;
  readonly status: string;
  /** 0 where the receiver did not answer. */
  readonly status_code: number;
  readonly event: string;
  readonly action: string | null;
}

export interface Hook {
  readonly id: number;
  active: boolean;
  events: readonly string[];
  config: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  updatedAt: string;
  /** Newest first. */
  readonly deliveries: Delivery[];
  lastResponse: { readonly code: number | null; readonly status: string; readonly message: string | null };
}

/** Somebody who was asked to be a collaborator and has not answered. */
export interface Invitation {
  readonly id: number;
  readonly invitee: string;
  readonly inviter: string;
  permission: Permission;
  readonly createdAt: string;
}

/** What is known of one repository. */
export interface RepositoryState {
  readonly owner: string;
  readonly name: string;
  readonly id: number;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly ownerType: 'User' | 'Organization';
  readonly refs: Map<string, string>;
  readonly pulls: Map<number, Pull>;
  readonly statuses: CommitStatus[];
  readonly comments: Map<number, Comment>;
  readonly collaborators: Map<string, Permission>;
  readonly invitations: Map<number, Invitation>;
  readonly hooks: Map<number, Hook>;
}

/** Lays out a repository. @param facts.now RFC 3339. */
export function createRepository(
  seed: GithubRepositorySeed,
  facts: { readonly id: number; readonly now: string },
): RepositoryState {
  const { owner, name, defaultBranch = 'main', refs = {}, pulls = [], collaborators = {} } = seed;
  const state: RepositoryState = {
    id: facts.id,
    isPrivate: seed.private ?? false,
    ownerType: seed.ownerType ?? 'Organization',
    owner,
    name,
    defaultBranch,
    refs: new Map(Object.entries(refs)),
    pulls: new Map(),
    statuses: [],
    comments: new Map(),
    collaborators: new Map<string, Permission>([[owner, 'admin'], ...Object.entries(collaborators)]),
    invitations: new Map(),
    hooks: new Map(),
  };
  for (const pull of pulls) addPull(state, pull, facts.now);
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
