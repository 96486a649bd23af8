import type { Logger, Redactor } from '@seatrial/cli';
import type { GithubClient, GithubStatus } from '@seatrial/prow/github';
import type { RunSummary } from '../run-trial.js';
import { commentBody, commentMarker } from './comment-body.js';
import type { ReportTarget } from './report-target.js';
import type { RunReporter } from './run-reporter.js';

export interface GithubReporterOptions {
  readonly github: Pick<
    GithubClient,
    'findLogin' | 'createStatus' | 'getPull' | 'listComments' | 'createComment' | 'updateComment'
  >;
  readonly target: ReportTarget;
  /** Context of the commit status, and what the comment is found by: the job's name. */
  readonly job: string;
  /** Page of the run; http or https. */
  readonly url?: string | undefined;
  readonly redact: Redactor;
  readonly logger: Pick<Logger, 'warn'>;
}

const STATES = { succeeded: 'success', failed: 'failure', aborted: 'error' } as const;

/**
 * Tells a run on GitHub: a commit status from its beginning, and one comment on the pull request, which later runs of the
 * job write over. What GitHub refuses is logged, and does not change the verdict.
 */
export function createGithubReporter(options: GithubReporterOptions): RunReporter {
  const { github, target, job, url, redact, logger } = options;
  const { org, repo, pull } = target;
  let sha = target.sha;

  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      logger.warn('GitHub was not told', { error: redact(error instanceof Error ? error.message : String(error)) });
    }
  };
  const status = async (state: GithubStatus['state'], description: string): Promise<void> => {
    if (sha === undefined && pull !== undefined) sha = (await github.getPull({ org, repo, number: pull })).head.sha;
    if (sha === undefined) return;
    await github.createStatus({
      org,
      repo,
      sha,
      state,
      context: job,
      description: redact(description),
      targetUrl: url,
    });
  };
  const comment = async (summary: RunSummary): Promise<void> => {
    if (pull === undefined) return;
    const body = redact(commentBody({ summary, url, sha, rerun: target.rerun, redact }));
    const marker = commentMarker(job);
    const comments = await github.listComments({ org, repo, number: pull });
    const login = await github.findLogin();
    // Anybody can write the marker. The token of a GitHub App, as in Actions, has no login to ask for.
    const isOwn = ({ author }: { readonly author: string }) =>
      login === undefined ? author.endsWith('[bot]') : author === login;
    const own = comments.findLast((one) => isOwn(one) && one.body.includes(marker));
    if (own !== undefined) return github.updateComment({ org, repo, id: own.id, body });
    await github.createComment({ org, repo, number: pull, body });
  };

  return {
    begin: () => attempt(() => status('pending', 'running')),
    async end({ summary }) {
      const { passed, failed } = summary.tests;
      await attempt(() =>
        status(STATES[summary.result.state], `${summary.result.state}: ${passed} passed, ${failed} failed`),
      );
      await attempt(() => comment(summary));
    },
  };
}
