import type { GithubCall } from './github-call.js';
import { readPages } from './github-call.js';
import type { RepositoryName } from './repositories.js';

/** What somebody may do, in GitHub's coarse words: the roles triage and maintain count as `read` and `write`. */
export type GithubPermission = 'admin' | 'write' | 'read' | 'none';

/** Somebody who was asked to be a collaborator and has not answered. */
export interface GithubInvitation {
  readonly id: number;
  readonly login: string;
  /** `read`, `triage`, `write`, `maintain` or `admin`. */
  readonly permission: string;
  /** Invitations lapse after seven days. */
  readonly expired: boolean;
  /** Page where the invited account accepts. */
  readonly link: string;
}

/** Calls about collaborators. All but reading a permission need the repository's admin role. */
export interface CollaboratorCalls {
  /** @throws {ProwError} `GITHUB` with `httpStatus` 404 when there is no such account. */
  getCollaboratorPermission(who: RepositoryName & { readonly login: string }): Promise<GithubPermission>;
  /** Invites with the right to push, or raises the right of who is one already. `invited` is false for the latter. */
  addCollaborator(who: RepositoryName & { readonly login: string }): Promise<{ readonly invited: boolean }>;
  listInvitations(repository: RepositoryName): Promise<readonly GithubInvitation[]>;
  deleteInvitation(invitation: RepositoryName & { readonly id: number }): Promise<void>;
}

/** @see https://docs.github.com/en/rest/collaborators */
export function collaboratorCalls(call: GithubCall): CollaboratorCalls {
  return {
    getCollaboratorPermission: ({ org, repo, login }) =>
      call({ what: `read what ${login} may do in ${org}/${repo}`, repeatable: true }, async (request) => {
        const parameters = { owner: org, repo, username: login };
        const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
        return { data: (await request(route, parameters)).data.permission as GithubPermission };
      }),
    addCollaborator: ({ org, repo, login }) =>
      call({ what: `invite ${login} to ${org}/${repo}`, repeatable: true }, async (request) => {
        // `push` is the least that may set commit statuses.
        const parameters = { owner: org, repo, username: login, permission: 'push' };
        const { status } = await request('PUT /repos/{owner}/{repo}/collaborators/{username}', parameters);
        return { data: { invited: Number(status) === 201 } };
      }),
    listInvitations: ({ org, repo }) =>
      readPages((page) =>
        call({ what: `list the invitations to ${org}/${repo}`, repeatable: true }, async (request) => {
          const { data } = await request('GET /repos/{owner}/{repo}/invitations', { owner: org, repo, ...page });
          return {
            data: data.map(({ id, invitee, permissions, expired, html_url: link }) => ({
              id,
              login: invitee?.login ?? '',
              permission: permissions,
              expired: expired ?? false,
              link,
            })),
          };
        }),
      ),
    deleteInvitation: async ({ org, repo, id }) => {
      await call({ what: `withdraw invitation ${id} to ${org}/${repo}`, repeatable: true }, (request) =>
        request('DELETE /repos/{owner}/{repo}/invitations/{invitation_id}', { owner: org, repo, invitation_id: id }),
      );
    },
  };
}
