import { ProwError } from '../errors.js';
import type { GithubCall } from './github-call.js';
import type { RepositoryName } from './repositories.js';

/** A comment on a pull request. */
export interface GithubComment {
  readonly id: number;
  /** Markdown. */
  readonly body: string;
  /** Login; empty where the account is gone. */
  readonly author: string;
}

/** Calls about comments on pull requests. */
export interface CommentCalls {
  /** All of them, oldest first. */
  listComments(pull: RepositoryName & { readonly number: number }): Promise<readonly GithubComment[]>;
  createComment(comment: RepositoryName & { readonly number: number; readonly body: string }): Promise<GithubComment>;
  /** Login of the token's owner; `undefined` for the token of a GitHub App, which has none. */
  findLogin(): Promise<string | undefined>;
  /** Needs to be the comment's author, or the right to push. */
  updateComment(comment: RepositoryName & { readonly id: number; readonly body: string }): Promise<void>;
}

interface CommentData {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user: { readonly login: string } | null;
}

const PAGE = 100;

/** @see https://docs.github.com/en/rest/issues/comments */
export function commentCalls(call: GithubCall): CommentCalls {
  return {
    async listComments({ org, repo, number }) {
      const comments: GithubComment[] = [];
      for (let page = 1; ; page += 1) {
        const found = await call(
          { what: `list the comments of ${org}/${repo}#${number}`, repeatable: true },
          (request) =>
            request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
              owner: org,
              repo,
              issue_number: number,
              per_page: PAGE,
              page,
            }),
        );
        comments.push(...found.map(parseComment));
        if (found.length < PAGE) return comments;
      }
    },
    async createComment({ org, repo, number, body }) {
      const made = await call({ what: `comment on ${org}/${repo}#${number}`, repeatable: false }, (request) =>
        request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner: org,
          repo,
          issue_number: number,
          body,
        }),
      );
      return parseComment(made);
    },
    async findLogin() {
      try {
        const { login } = await call({ what: "read the token's owner", repeatable: true }, (request) =>
          request('GET /user'),
        );
        return login;
      } catch (error) {
        // https://docs.github.com/en/rest/authentication/endpoints-available-for-github-app-installation-access-tokens
        if (error instanceof ProwError && error.httpStatus === 403) return undefined;
        throw error;
      }
    },
    async updateComment({ org, repo, id, body }) {
      await call({ what: `update comment ${id} of ${org}/${repo}`, repeatable: true }, (request) =>
        request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { owner: org, repo, comment_id: id, body }),
      );
    },
  };
}

function parseComment({ id, body = '', user }: CommentData): GithubComment {
  return { id, body, author: user?.login ?? '' };
}
