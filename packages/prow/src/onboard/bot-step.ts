import type { CollaboratorCalls, GithubInvitation, GithubPermission } from '../github/collaborators.js';
import { ProwError } from '../errors.js';
import type { RepositoryName } from '../github/repositories.js';
import type { Step } from './step.js';

/** Who is to set statuses, and where. */
export interface BotSettings extends RepositoryName {
  readonly login: string;
  readonly dryRun: boolean;
}

const canPush = (permission: GithubPermission | undefined) => permission === 'write' || permission === 'admin';
const pushing: ReadonlySet<string> = new Set(['write', 'maintain', 'admin']);

/**
 * Sees that the bot may push, the least that may set commit statuses: invites it, or raises its right, and reads back what it
 * may do then. An invitation that waits is left alone unless it has lapsed or offers less.
 *
 * @throws {ProwError} `GITHUB`
 */
export async function ensureBot(github: CollaboratorCalls, settings: BotSettings): Promise<Omit<Step, 'step'>> {
  const { org, repo, login, dryRun } = settings;
  const who = { org, repo, login };
  const before = await readPermission(github, settings);
  if (canPush(before)) return { state: 'already', detail: `${login} has the right ${before}` };

  const invitation = await findInvitation(github, settings);
  if (invitation !== undefined && !invitation.expired && pushing.has(invitation.permission)) {
    return pending(login, invitation, 'was invited before');
  }
  if (dryRun) {
    const put = `PUT /repos/${org}/${repo}/collaborators/${login} with permission push`;
    const first = invitation === undefined ? '' : `DELETE /repos/${org}/${repo}/invitations/${invitation.id}, then `;
    return { state: 'planned', detail: first + put };
  }
  if (invitation !== undefined) await github.deleteInvitation({ org, repo, id: invitation.id });
  await github.addCollaborator(who);

  const after = await readPermission(github, settings);
  if (canPush(after)) return { state: 'done', detail: `${login} has the right ${after} now; it was ${before}` };
  const sent = await findInvitation(github, settings);
  if (sent !== undefined) return pending(login, sent, 'is invited');
  return {
    state: 'failed',
    detail: `${login} has the right ${after} and no invitation`,
    todo: `Give ${login} write access in the repository's settings; its organisation may forbid outside collaborators.`,
  };
}

async function readPermission(github: CollaboratorCalls, { org, repo, login }: BotSettings): Promise<GithubPermission> {
  try {
    return await github.getCollaboratorPermission({ org, repo, login });
  } catch (cause) {
    if (!(cause instanceof ProwError) || cause.httpStatus !== 404) throw cause;
    throw new ProwError('GITHUB', `GitHub knows no account ${login}`, { httpStatus: 404, hint: 'Correct --bot.' });
  }
}

async function findInvitation(
  github: CollaboratorCalls,
  { org, repo, login }: BotSettings,
): Promise<GithubInvitation | undefined> {
  const all = await github.listInvitations({ org, repo });
  return all.find((one) => one.login.toLowerCase() === login.toLowerCase());
}

function pending(login: string, { permission, link }: GithubInvitation, what: string): Omit<Step, 'step'> {
  return {
    state: 'pending',
    detail: `${login} ${what} with the right ${permission} and has not accepted`,
    todo: `Log in as ${login} and accept at ${link} within seven days.`,
  };
}
