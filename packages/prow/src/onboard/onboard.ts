import type { CollaboratorCalls } from '../github/collaborators.js';
import type { HookCalls } from '../github/hooks.js';
import type { RepositoryCalls, RepositoryName } from '../github/repositories.js';
import { ProwError } from '../errors.js';
import { ensureBot } from './bot-step.js';
import type { ConfigPlaces } from './config-places.js';
import { checkDashboardName } from './dashboard-entry.js';
import type { FileChange } from './file-change.js';
import { writeChanges } from './file-change.js';
import { planConfig } from './plan-config.js';
import { planHmac } from './plan-hmac.js';
import type { Step } from './step.js';
import { takeStep } from './step.js';
import { ensureWebhook } from './webhook-step.js';

/** What of GitHub bringing a repository on board needs. */
export type OnboardGithub = Pick<RepositoryCalls, 'getRepository'> & HookCalls & CollaboratorCalls;

/** What bringing a repository on board works with. */
export interface OnboardDeps {
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** Makes the secret of a webhook, from at least 128 random bits. */
  readonly newSecret: () => string;
  /** With the token of an administrator of the repository. Without it GitHub is left alone. */
  readonly github?: OnboardGithub | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to bring on board, and how. */
export interface OnboardSettings extends RepositoryName {
  /** Stands for the repository in names of jobs. @default repo */
  readonly name?: string | undefined;
  readonly places: ConfigPlaces;
  /** Image of the jobs. Needed where jobs are written. */
  readonly image?: string | undefined;
  /** Arguments of `seatrial e2e` in the jobs. @default none */
  readonly args?: readonly string[] | undefined;
  /** Branch of postsubmit and periodic. @default the repository's default branch, without GitHub `main` */
  readonly branch?: string | undefined;
  readonly cluster?: string | undefined;
  /** @default '0 3 * * *' */
  readonly cron?: string | undefined;
  /** @default org-repo */
  readonly dashboard?: string | undefined;
  readonly bot?: string | undefined;
  /** Address of Prow's hook. Needs `hmacPath`. */
  readonly hookUrl?: string | undefined;
  /** File of the webhooks' tokens. */
  readonly hmacPath?: string | undefined;
  /** Finds out everything and changes nothing. @default false */
  readonly dryRun?: boolean | undefined;
}

/** What was done, or in a dry run would be. */
export interface OnboardReport {
  /** All files looked at, changed or not. */
  readonly files: readonly FileChange[];
  readonly steps: readonly Step[];
}

/**
 * Brings a repository on board of a Prow: jobs, trigger plugin, dashboard, webhook and bot, and verifies the latter two.
 *
 * Repeatable: what is there already stays as it is. The files are written all or none, before GitHub is asked to change
 * anything, so that a webhook's secret is never lost.
 *
 * @throws {ProwError} `INVALID_CONFIG`, `INVALID_FLAG`, and `GITHUB` when the repository cannot be read; then nothing was
 * changed. What GitHub refuses later is a failed step.
 */
export async function onboard(deps: OnboardDeps, settings: OnboardSettings): Promise<OnboardReport> {
  const { org, repo, hookUrl, hmacPath, bot, dryRun = false } = settings;
  const { github } = deps;
  const dashboard = settings.dashboard ?? `${org}-${repo}`;
  checkDashboardName(dashboard);
  const found = await github?.getRepository({ org, repo });
  const branch = settings.branch ?? found?.defaultBranch ?? 'main';
  const config = planConfig({ ...settings, branch, dashboard });
  const hmac = hmacPath === undefined ? undefined : await planHmac(deps, { org, repo }, hmacPath);
  const files = [...config.files, ...(hmac === undefined ? [] : [hmac.file])];
  refuseSameFile(files);
  if (!dryRun) await writeChanges(files);

  const steps: Step[] = config.steps.map((step) => (dryRun ? asPlanned(step) : step));
  if (hmac !== undefined) steps.push(dryRun ? asPlanned(hmac.step) : hmac.step);
  const access = findAccess({ org, repo }, github, found?.isAdmin);
  const onGithub = async (step: string, flag: string, take: GithubStep | undefined): Promise<Step> => {
    if (take === undefined) return { step, state: 'skipped', detail: `${flag} was not given` };
    return 'api' in access ? takeStep(step, () => take(access.api)) : { step, ...access };
  };
  const webhook: GithubStep | undefined =
    hookUrl === undefined || hmac === undefined
      ? undefined
      : (api) => {
          const wanted = { org, repo, url: hookUrl, hmac: hmac.secret, hmacPath: hmac.file.path, dryRun };
          return ensureWebhook({ ...deps, github: api }, wanted);
        };
  const invited: GithubStep | undefined =
    bot === undefined ? undefined : (api) => ensureBot(api, { org, repo, login: bot, dryRun });
  steps.push(await onGithub('webhook', '--hook-url', webhook), await onGithub('bot', '--bot', invited));
  return { files, steps };
}

type GithubStep = (github: OnboardGithub) => Promise<Omit<Step, 'step'>>;

function asPlanned(step: Step): Step {
  return step.state === 'done' ? { step: step.step, state: 'planned', detail: step.detail } : step;
}

/** GitHub, or how the steps on it end without it. */
function findAccess(
  { org, repo }: RepositoryName,
  api: OnboardGithub | undefined,
  isAdmin: boolean | undefined,
): { readonly api: OnboardGithub } | Omit<Step, 'step'> {
  if (api === undefined) {
    const todo = `Run again with --github-token-path: the token of an administrator of ${org}/${repo}.`;
    return { state: 'skipped', detail: 'there is no GitHub token', todo };
  }
  if (isAdmin === true) return { api };
  const todo = `Make the token's owner an administrator of ${org}/${repo}, or take an administrator's token.`;
  return { state: 'failed', detail: `the token's owner is no administrator of ${org}/${repo}`, todo };
}

/** Each part is added to its file as it was read: the second would undo the first. */
function refuseSameFile(files: readonly FileChange[]): void {
  const twice = files.find(({ path }, at) => files.findIndex((one) => one.path === path) < at);
  if (twice === undefined) return;
  throw new ProwError('INVALID_FLAG', `${twice.path} cannot hold two parts of the config`, {
    hint: 'Name different files for jobs, plugins, dashboards and tokens.',
  });
}
