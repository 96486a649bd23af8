import type { GithubDelivery, GithubHook, HookCalls } from '../github/hooks.js';
import type { RepositoryName } from '../github/repositories.js';
import type { HmacSecret } from './hmac-file.js';
import type { Step } from './step.js';

/**
 * What the trigger plugin acts on.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/hook/server.go
 */
export const hookEvents = [
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
] as const;

const PING_MS = 30_000;

/** What the webhook of a repository is to be. */
export interface WebhookSettings extends RepositoryName {
  /** Address of Prow's hook. */
  readonly url: string;
  readonly hmac: Pick<HmacSecret, 'secret' | 'isNew'>;
  /** Where the secret is, for messages. */
  readonly hmacPath: string;
  readonly dryRun: boolean;
}

/** What the step works with. */
export interface WebhookDeps {
  readonly github: HookCalls;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates the webhook, or repairs the one with the same address, and has it pinged: it is done when the receiver takes the
 * ping. GitHub never tells a hook's secret; so one that the receiver refuses is given ours once more.
 *
 * @throws {ProwError} `GITHUB`
 */
export async function ensureWebhook(deps: WebhookDeps, settings: WebhookSettings): Promise<Omit<Step, 'step'>> {
  const { org, repo, url, hmac, hmacPath, dryRun } = settings;
  const found = (await deps.github.listHooks({ org, repo })).find((hook) => hook.url === url);
  const faults = found === undefined ? [] : faultsOf(found, hmac.isNew);
  const events = found === undefined ? hookEvents : withMissing(found.events);
  const wanted = { org, repo, url, events, secret: hmac.secret };
  if (dryRun) {
    const what = `${events.join(', ')}, secret from ${hmacPath}`;
    if (found === undefined) {
      return {
        state: 'planned',
        detail: `POST /repos/${org}/${repo}/hooks: ${url}, ${what}; then its ping is checked`,
      };
    }
    if (faults.length > 0) {
      return {
        state: 'planned',
        detail: `PATCH /repos/${org}/${repo}/hooks/${found.id} (${faults.join(', ')}): ${what}`,
      };
    }
    return { state: 'already', detail: `webhook ${found.id} to ${url}; it would be pinged` };
  }
  if (found === undefined) {
    const { id } = await deps.github.createHook(wanted);
    return judge(settings, { id, what: 'created' }, await waitForPing(deps, { org, repo, id }, new Set()));
  }
  const { id } = found;
  if (faults.length > 0) {
    await deps.github.updateHook({ ...wanted, id });
    return judge(settings, { id, what: `repaired: ${faults.join(', ')}` }, await ping(deps, { org, repo, id }));
  }
  const delivery = await ping(deps, { org, repo, id });
  if (delivery?.statusCode !== 403) return judge(settings, { id, what: undefined }, delivery);
  await deps.github.updateHook({ ...wanted, id });
  return judge(settings, { id, what: 'repaired: its secret was another' }, await ping(deps, { org, repo, id }));
}

function faultsOf(hook: GithubHook, isSecretNew: boolean): readonly string[] {
  const faults: readonly [boolean, string][] = [
    [!hook.active, 'it was switched off'],
    [hook.contentType !== 'json', 'it sent forms'],
    [!hook.verifiesTls, 'it did not check certificates'],
    [!hook.hasSecret, 'it had no secret'],
    [hook.hasSecret && isSecretNew, 'its secret was another'],
    [withMissing(hook.events).length > hook.events.length, 'it missed events'],
  ];
  return faults.filter(([is]) => is).map(([, fault]) => fault);
}

/** Events that others rely on stay. */
function withMissing(events: readonly string[]): readonly string[] {
  return events.includes('*') ? events : [...new Set([...events, ...hookEvents])];
}

type HookName = RepositoryName & { readonly id: number };

async function ping(deps: WebhookDeps, hook: HookName): Promise<GithubDelivery | undefined> {
  const known = new Set((await deps.github.listHookDeliveries(hook)).map(({ id }) => id));
  await deps.github.pingHook(hook);
  return waitForPing(deps, hook, known);
}

/** The delivery of a ping that is not known yet; `undefined` when none comes in time. */
async function waitForPing(
  { github, clock, signal }: WebhookDeps,
  hook: HookName,
  known: ReadonlySet<number>,
): Promise<GithubDelivery | undefined> {
  for (const deadline = clock.now() + PING_MS; ;) {
    const deliveries = await github.listHookDeliveries(hook);
    const found = deliveries.find(({ id, event }) => event === 'ping' && !known.has(id));
    if (found !== undefined || clock.now() >= deadline) return found;
    await clock.sleep(1000, signal);
  }
}

function judge(
  { url, hmac, hmacPath }: WebhookSettings,
  { id, what }: { readonly id: number; readonly what: string | undefined },
  delivery: GithubDelivery | undefined,
): Omit<Step, 'step'> {
  const about = `webhook ${id} to ${url}${what === undefined ? '' : ` (${what})`}`;
  if (delivery === undefined) {
    const todo = "Look at the webhook's recent deliveries in the repository's settings, or run again.";
    return { state: 'pending', detail: `${about}: its ping was not delivered within 30 s`, todo };
  }
  const { statusCode, status } = delivery;
  if (statusCode >= 200 && statusCode < 300) {
    return { state: what === undefined ? 'already' : 'done', detail: `${about}: ping answered ${statusCode}` };
  }
  const detail = `${about}: ping ended with ${statusCode === 0 ? status : statusCode}`;
  if (statusCode === 403) {
    const todo = `Give Prow's hook the tokens of ${hmacPath}, then run again.`;
    // A token that was made just now cannot be known there yet.
    return { state: hmac.isNew ? 'pending' : 'failed', detail, todo };
  }
  return {
    state: 'failed',
    detail,
    todo: `See that ${url} can be reached from GitHub and is Prow's hook, then run again.`,
  };
}
