import type { Call } from './answers.js';
import type { Comment, Hook, Invitation, Permission, Pull, RepositoryState } from './github-state.js';

// Pages have addresses of GitHub's form, on this server.
const originOf = (context: Call) => new URL(context.req.url).origin;

/** The API's address of a repository. */
export function urlOf(context: Call, { owner, name }: RepositoryState): string {
  return `${originOf(context)}/repos/${owner}/${name}`;
}

function pageOf(context: Call, { owner, name }: RepositoryState): string {
  return `${originOf(context)}/${owner}/${name}`;
}

export function formatUser(login: string) {
  return { login, type: 'User' };
}

/** @param has What who asks may do there. */
export function formatRepository(context: Call, state: RepositoryState, has: Permission) {
  const maintain = has === 'admin' || has === 'maintain';
  const push = maintain || has === 'write';
  return {
    id: state.id,
    name: state.name,
    full_name: `${state.owner}/${state.name}`,
    private: state.isPrivate,
    owner: { login: state.owner, type: state.ownerType },
    url: urlOf(context, state),
    html_url: pageOf(context, state),
    default_branch: state.defaultBranch,
    permissions: { admin: has === 'admin', maintain, push, triage: push || has === 'triage', pull: true },
  };
}

export function formatPull(context: Call, state: RepositoryState, pull: Pull) {
  const repo = formatRepository(context, state, 'read');
  return {
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: formatUser(pull.user),
    url: `${urlOf(context, state)}/pulls/${pull.number}`,
    html_url: `${pageOf(context, state)}/pull/${pull.number}`,
    draft: false,
    merged: false,
    mergeable: true,
    head: { ...pull.head, label: `${pull.user}:${pull.head.ref}`, repo },
    base: { ...pull.base, label: `${state.owner}:${pull.base.ref}`, repo },
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
  };
}

export function formatRef(context: Call, state: RepositoryState, name: string, sha: string) {
  return {
    ref: `refs/${name}`,
    url: `${urlOf(context, state)}/git/refs/${name}`,
    object: { type: 'commit', sha, url: `${urlOf(context, state)}/git/commits/${sha}` },
  };
}

export function formatCommit(context: Call, state: RepositoryState, sha: string, date: string) {
  const author = { name: state.owner, date };
  return {
    sha,
    url: `${urlOf(context, state)}/commits/${sha}`,
    commit: { message: '', author, committer: author },
    parents: [],
  };
}

export function formatComment(context: Call, state: RepositoryState, comment: Comment) {
  return {
    id: comment.id,
    body: comment.body,
    user: formatUser(comment.user),
    url: `${urlOf(context, state)}/issues/comments/${comment.id}`,
    issue_url: `${urlOf(context, state)}/issues/${comment.issue}`,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  };
}

export function formatHook(context: Call, state: RepositoryState, hook: Hook) {
  const { secret, ...config } = hook.config;
  const url = `${urlOf(context, state)}/hooks/${hook.id}`;
  return {
    id: hook.id,
    type: 'Repository',
    name: 'web',
    active: hook.active,
    events: hook.events,
    // GitHub never gives the secret back.
    config: {
      content_type: 'form',
      insecure_ssl: '0',
      ...config,
      ...(secret === undefined || secret === '' ? {} : { secret: '********' }),
    },
    url,
    ping_url: `${url}/pings`,
    test_url: `${url}/tests`,
    deliveries_url: `${url}/deliveries`,
    last_response: hook.lastResponse,
    created_at: hook.createdAt,
    updated_at: hook.updatedAt,
  };
}

export function formatInvitation(context: Call, state: RepositoryState, invitation: Invitation) {
  return {
    id: invitation.id,
    repository: formatRepository(context, state, 'read'),
    invitee: formatUser(invitation.invitee),
    inviter: formatUser(invitation.inviter),
    permissions: invitation.permission,
    created_at: invitation.createdAt,
    expired: false,
    url: `${originOf(context)}/user/repository_invitations/${invitation.id}`,
    html_url: `${pageOf(context, state)}/invitations`,
  };
}
