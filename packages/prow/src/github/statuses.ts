import type { GithubCall } from './github-call.js';
import type { RepositoryName } from './repositories.js';

/** A commit's status in one context. */
export interface GithubStatus {
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  /** At most 140 bytes. */
  readonly description?: string | undefined;
  /** Page with details. */
  readonly targetUrl?: string | undefined;
}

/** Calls about commit statuses. */
export interface StatusCalls {
  /** Needs the right to push. */
  createStatus(status: RepositoryName & GithubStatus & { readonly sha: string }): Promise<void>;
}

/** @see https://docs.github.com/en/rest/commits/statuses */
export function statusCalls(call: GithubCall): StatusCalls {
  return {
    createStatus: async ({ org, repo, sha, state, context, description, targetUrl }) => {
      // The newest status of a context counts, so the same one twice is the same as once.
      await call({ what: `set status ${context} of ${org}/${repo}@${sha}`, repeatable: true }, (request) =>
        request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          owner: org,
          repo,
          sha,
          state,
          context,
          ...(description === undefined ? {} : { description }),
          ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
        }),
      );
    },
  };
}
