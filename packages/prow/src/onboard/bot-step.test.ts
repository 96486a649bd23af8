import { describe, expect, it } from 'vitest';
import type { CollaboratorCalls, GithubInvitation, GithubPermission } from '../github/collaborators.js';
import { ensureBot } from './bot-step.js';

const settings = { org: 'acme', repo: 'widgets', login: 'acme-ci', dryRun: false };
const invitation: GithubInvitation = {
  id: 3,
  login: 'Acme-CI',
  permission: 'write',
  expired: false,
  link: 'https://github.example.com/acme/widgets/invitations',
};

/** Collaborators in memory. `add` is what inviting leads to. */
function createGithub(start: {
  readonly permission: GithubPermission;
  readonly invitations?: readonly GithubInvitation[];
  readonly add?: 'invitation' | 'right' | 'nothing';
}) {
  let { permission } = start;
  let invitations = start.invitations ?? [];
  const calls: string[] = [];
  const github: CollaboratorCalls = {
    getCollaboratorPermission: async () => permission,
    listInvitations: async () => invitations,
    addCollaborator: async ({ login }) => {
      calls.push(`add ${login}`);
      if (start.add === 'right') permission = 'write';
      if (start.add === 'invitation') invitations = [...invitations, { ...invitation, id: 9 }];
      return { invited: start.add === 'invitation' };
    },
    deleteInvitation: async ({ id }) => {
      calls.push(`delete ${id}`);
      invitations = invitations.filter((one) => one.id !== id);
    },
  };
  return { github, calls };
}

describe(ensureBot, () => {
  it.each(['write', 'admin'] as const)('does nothing where the bot has the right %s', async (permission) => {
    const { github, calls } = createGithub({ permission });
    expect(await ensureBot(github, settings)).toEqual({
      state: 'already',
      detail: `acme-ci has the right ${permission}`,
    });
    expect(calls).toEqual([]);
  });

  it('raises the right of who is a collaborator already', async () => {
    const { github, calls } = createGithub({ permission: 'read', add: 'right' });
    expect(await ensureBot(github, settings)).toMatchObject({
      state: 'done',
      detail: 'acme-ci has the right write now; it was read',
    });
    expect(calls).toEqual(['add acme-ci']);
  });

  it('leaves an invitation that waits, whatever the case of its login', async () => {
    const { github, calls } = createGithub({ permission: 'none', invitations: [invitation] });
    expect(await ensureBot(github, settings)).toMatchObject({
      state: 'pending',
      todo: `Log in as acme-ci and accept at ${invitation.link} within seven days.`,
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ['has lapsed', { expired: true }],
    ['offers too little', { permission: 'triage' }],
  ])('sends another invitation in place of one that %s', async (_what, change) => {
    const invitations = [{ ...invitation, ...change }];
    const { github, calls } = createGithub({ permission: 'none', invitations, add: 'invitation' });
    expect(await ensureBot(github, { ...settings, dryRun: true })).toEqual({
      state: 'planned',
      detail:
        'DELETE /repos/acme/widgets/invitations/3, then PUT /repos/acme/widgets/collaborators/acme-ci with permission push',
    });
    expect(calls).toEqual([]);
    expect(await ensureBot(github, settings)).toMatchObject({ state: 'pending' });
    expect(calls).toEqual(['delete 3', 'add acme-ci']);
  });

  it('fails when GitHub took the call and nothing came of it', async () => {
    const { github } = createGithub({ permission: 'read', add: 'nothing' });
    expect(await ensureBot(github, settings)).toMatchObject({
      state: 'failed',
      todo: expect.stringContaining('write access'),
    });
  });
});
