import type { Pull, Refs } from '../refs.js';
import { issueCommentSchema, parsePayloadOf, pullSchema, pushSchema, reviewSchema } from './webhook-payload.js';
import type { PullEvent, PullRequest, Push, Repository } from './webhook-payload.js';

/** What a webhook asks Prow to do with jobs; trust in the author is for the reader to find out. */
export type WebhookEffect =
  /** Start the postsubmits of the branch that these files concern. */
  | {
      readonly kind: 'postsubmits';
      readonly refs: Refs;
      /** Branch or tag. */
      readonly branch: string;
      /** Added, removed and modified by any commit, each once, sorted. */
      readonly files: readonly string[];
    }
  /** Start the automatic presubmits of a pull request. */
  | {
      readonly kind: 'presubmits';
      readonly refs: Refs;
      readonly branch: string;
      /** Running presubmits of the pull request are aborted first. */
      readonly abortRunning: boolean;
      /** Whether the author has to be trusted; not where somebody else vouches for the pull request. */
      readonly needsTrust: boolean;
    }
  /** Abort the running presubmits of a pull request. */
  | { readonly kind: 'abort'; readonly refs: Refs }
  /** Look for commands such as `/test` in a text, by somebody who has to be trusted. */
  | {
      readonly kind: 'commands';
      readonly org: string;
      readonly repo: string;
      readonly pull: number;
      readonly author: string;
      readonly text: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * What jobs a verified webhook concerns, and how. Several effects come in the order in which Prow has them; never empty.
 *
 * @throws {ProwError} `MALFORMED` for a payload that lacks what its event has.
 * @see https://github.com/kubernetes-sigs/prow/tree/main/pkg/plugins/trigger
 */
export function readWebhookEvent(event: string, payload: unknown): readonly WebhookEffect[] {
  switch (event) {
    case 'push':
      return [readPush(parsePayloadOf(pushSchema, event, payload))];
    case 'pull_request':
      return readPull(parsePayloadOf(pullSchema, event, payload));
    case 'issue_comment': {
      const { action, issue, comment, repository: place } = parsePayloadOf(issueCommentSchema, event, payload);
      if (issue.pull_request === undefined || issue.pull_request === null) return none('not on a pull request');
      if (action !== 'created') return none(`the comment was ${action}`);
      return [commands(place, { number: issue.number, state: issue.state }, comment)];
    }
    case 'pull_request_review':
    case 'pull_request_review_comment': {
      const { action, pull_request: pull, repository: place, ...said } = parsePayloadOf(reviewSchema, event, payload);
      if (action !== 'submitted' && action !== 'created') return none(`the review was ${action}`);
      const review = said.review ?? said.comment;
      return review === null || review === undefined ? none('there is no text') : [commands(place, pull, review)];
    }
    default:
      return none(`no job is concerned by ${event}`);
  }
}

function readPush(push: Push): WebhookEffect {
  if (push.deleted === true || /^0+$/.test(push.after)) return { kind: 'none', reason: `${push.ref} was deleted` };
  const name = push.ref.replace(/^refs\/(?:heads|tags)\//, '');
  const files = (push.commits ?? []).flatMap(({ added, removed, modified }) =>
    [added, removed, modified].flatMap((list) => list ?? []),
  );
  const link = push.repository.html_url;
  return {
    kind: 'postsubmits',
    branch: name,
    files: [...new Set(files)].sort(),
    refs: {
      ...place(push.repository),
      ...(link ? { repo_link: link } : {}),
      base_ref: name,
      base_sha: push.after,
      ...(push.compare ? { base_link: push.compare } : {}),
    },
  };
}

function readPull(event: PullEvent): readonly WebhookEffect[] {
  const { action, pull_request: pull, repository: repo } = event;
  const refs = pullRefs(repo, pull);
  const start = (changes: { readonly abortRunning?: boolean; readonly needsTrust?: boolean } = {}) => {
    const { abortRunning = false, needsTrust = true } = changes;
    return [{ kind: 'presubmits', refs, branch: pull.base.ref, abortRunning, needsTrust } as const];
  };
  // Known to be so; null says that GitHub has not found out yet.
  const cannotMerge = pull.mergeable === false;
  const abort = { kind: 'abort', refs } as const;
  switch (action) {
    case 'opened': {
      const said = pull.body ? [commands(repo, pull, { body: pull.body, user: pull.user })] : [];
      if (pull.draft === true) return said.length > 0 ? said : none('the pull request is a draft');
      return cannotMerge ? [...none('the pull request cannot be merged'), ...said] : [...start(), ...said];
    }
    case 'reopened':
    case 'ready_for_review':
      return cannotMerge ? none('the pull request cannot be merged') : start();
    case 'edited':
      if (event.changes?.base === undefined || event.changes.base === null) return none('the base was not changed');
      return cannotMerge ? none('the pull request cannot be merged') : start();
    case 'synchronize':
      return cannotMerge ? [abort] : start({ abortRunning: true });
    case 'labeled': {
      const label = event.label?.name;
      const isByHuman = event.sender?.type !== 'Bot';
      if (cannotMerge) return none('the pull request cannot be merged');
      if (label === 'lgtm' || (label === 'ok-to-test' && isByHuman)) return start({ needsTrust: false });
      return none(`label ${label ?? ''} starts nothing`);
    }
    case 'closed':
    case 'converted_to_draft':
      return [abort];
    default:
      return none(`action ${action} concerns no job`);
  }
}

function commands(
  repo: Repository,
  pull: { readonly number: number; readonly state?: string | null | undefined },
  said: { readonly body?: string | null | undefined; readonly user: { readonly login: string } },
): WebhookEffect {
  if (pull.state === 'closed') return { kind: 'none', reason: 'the pull request is closed' };
  if (!said.body) return { kind: 'none', reason: 'there is no text' };
  return { kind: 'commands', ...place(repo), pull: pull.number, author: said.user.login, text: said.body };
}

function pullRefs(repo: Repository, pull: PullRequest): Refs {
  const link = repo.html_url;
  const author = pull.user.login;
  const host = link && URL.canParse(link) ? new URL(link).origin : undefined;
  const head: Pull = {
    number: pull.number,
    author,
    sha: pull.head.sha,
    ...(pull.title ? { title: pull.title } : {}),
    head_ref: pull.head.ref,
    ...(pull.html_url ? { link: pull.html_url } : {}),
    ...(link ? { commit_link: `${link}/pull/${pull.number}/commits/${pull.head.sha}` } : {}),
    ...(host === undefined ? {} : { author_link: `${host}/${author}` }),
  };
  return {
    ...place(repo),
    ...(link ? { repo_link: link } : {}),
    base_ref: pull.base.ref,
    base_sha: pull.base.sha,
    ...(link ? { base_link: `${link}/commit/${pull.base.sha}` } : {}),
    pulls: [head],
  };
}

function place({ name, owner }: Repository): { readonly org: string; readonly repo: string } {
  return { org: owner.login ?? owner.name ?? '', repo: name };
}

function none(reason: string): readonly WebhookEffect[] {
  return [{ kind: 'none', reason }];
}
