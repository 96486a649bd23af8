import type { GithubCall } from './github-call.js';

/** Names a repository. */
export interface RepositoryName {
  readonly org: string;
  readonly repo: string;
}

/** A pull request, as far as jobs of it need it. */
export interface GithubPull {
  readonly number: number;
  readonly title: string;
  /** Login; empty where the account is gone. */
  readonly author: string;
  readonly head: { readonly sha: string; readonly ref: string };
  /** `sha` is the one GitHub recorded, which may be behind the branch. */
  readonly base: { readonly sha: string; readonly ref: string };
  /** Its page. */
  readonly link: string;
}

/** A repository. */
export interface GithubRepository {
  readonly defaultBranch: string;
  /** Whether the token's owner is an administrator of it: may change hooks and collaborators. */
  readonly isAdmin: boolean;
  /** Whether a person owns it: then every collaborator has the right `write`. */
  readonly isPersonal: boolean;
  /** Its page. */
  readonly link: string;
}

/** Calls about a repository and what is in it. */
export interface RepositoryCalls {
  getRepository(repository: RepositoryName): Promise<GithubRepository>;
  getPull(pull: RepositoryName & { readonly number: number }): Promise<GithubPull>;
  /** SHA that a ref points to. `ref` is like `heads/main`. An annotated tag's is that of the tag. */
  getRefSha(ref: RepositoryName & { readonly ref: string }): Promise<string>;
}

/** @see https://docs.github.com/en/rest/repos */
export function repositoryCalls(call: GithubCall): RepositoryCalls {
  return {
    getRepository: ({ org, repo }) =>
      call({ what: `read ${org}/${repo}`, repeatable: true }, async (request) => {
        const { data } = await request('GET /repos/{owner}/{repo}', { owner: org, repo });
        return {
          data: {
            defaultBranch: data.default_branch,
            isAdmin: data.permissions?.admin ?? false,
            isPersonal: data.owner.type === 'User',
            link: data.html_url,
          },
        };
      }),
    getPull: ({ org, repo, number }) =>
      call({ what: `read pull request ${number} of ${org}/${repo}`, repeatable: true }, async (request) => {
        const parameters = { owner: org, repo, pull_number: number };
        const { data } = await request('GET /repos/{owner}/{repo}/pulls/{pull_number}', parameters);
        const { title, head, base } = data;
        return {
          data: {
            number: data.number,
            title,
            // A deleted account's pull request has no user, whatever the types say.
            author: (data.user as { login: string } | null)?.login ?? '',
            head: { sha: head.sha, ref: head.ref },
            base: { sha: base.sha, ref: base.ref },
            link: data.html_url,
          },
        };
      }),
    getRefSha: ({ org, repo, ref }) =>
      call({ what: `read ${ref} of ${org}/${repo}`, repeatable: true }, async (request) => {
        const { data } = await request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner: org, repo, ref });
        return { data: data.object.sha };
      }),
  };
}
