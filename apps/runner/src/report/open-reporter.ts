import { type ContextOf, createRedactor } from '@seatrial/cli';
import { RunnerError } from '../errors.js';
import type { e2eFlags } from '../flags.js';
import { gatherSecrets } from '../results/secrets.js';
import type { Env } from '../services.js';
import type { TrialSettings } from '../trial.js';
import { createGithubReporter } from './github-reporter.js';
import { reportTarget } from './report-target.js';
import type { RunReporter } from './run-reporter.js';

/**
 * What `--report` asks for; `undefined` where nothing.
 *
 * @throws {RunnerError} `SETTING_MISSING` before anything is started, when it is not clear what to tell whom.
 */
export async function openReporter(
  settings: TrialSettings,
  context: Pick<ContextOf<typeof e2eFlags>, 'flags' | 'env' | 'cwd' | 'clock' | 'logger'>,
): Promise<RunReporter | undefined> {
  const { flags, env, logger } = context;
  if (!flags.report.includes('github')) return undefined;
  const target = reportTarget(settings.job, env);
  const { createGithubClient, readGithubConnection } = await import('@seatrial/prow/github');
  // Not the run's signal: that a run was stopped is to be told as well.
  const connection = await readGithubConnection({ ...context, signal: new AbortController().signal });
  if (connection.token === undefined) {
    throw new RunnerError('SETTING_MISSING', '--report github needs a token', {
      hint: 'Set GITHUB_TOKEN, or name a file with --github-token-path. It needs to write statuses and comments.',
    });
  }
  return createGithubReporter({
    github: createGithubClient(connection),
    target,
    job: settings.job.job,
    url: detailsUrl(settings.runUri, { flag: flags['details-url'], env }),
    redact: createRedactor([...(await gatherSecrets(env, settings.secretNames)), connection.token]),
    logger,
  });
}

/** Page of a run: what the user says, else that of the workflow in GitHub Actions, else the bucket's. */
function detailsUrl(
  runUri: string,
  { flag, env }: { readonly flag: string | undefined; readonly env: Env },
): string | undefined {
  if (flag !== undefined) return flag;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (server && repository && id) return `${server}/${repository}/actions/runs/${id}`;
  if (runUri.startsWith('gs://'))
    return `https://console.cloud.google.com/storage/browser/${runUri.slice('gs://'.length)}`;
  return undefined;
}
