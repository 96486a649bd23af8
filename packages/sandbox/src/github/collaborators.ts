import { demand, lookUp, permissions } from './access.js';
import type { Call, Json } from './answers.js';
import { answerPage, notFound, numberOf, readJson, unprocessable } from './answers.js';
import { formatInvitation, formatUser } from './formats.js';
import type { Invitation, Permission, RepositoryState } from './github-state.js';
import type { GithubService } from './service.js';
import { findRepository } from './service.js';

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** In a person's repository every collaborator has the same right. */
function readPermission(state: RepositoryState, body: Json): Permission {
  if (state.ownerType === 'User') return 'write';
  const asked = body['permission'] ?? 'push';
  const permission = asked === 'push' ? 'write' : asked === 'pull' ? 'read' : asked;
  if (permission === 'none' || !permissions.includes(permission as Permission))
    throw unprocessable('Collaborator', 'permission', 'invalid');
  return permission as Permission;
}

function remove(state: RepositoryState, login: string): void {
  for (const name of state.collaborators.keys()) if (isSame(name, login)) state.collaborators.delete(name);
}

/** Collaborators and who was asked to be one. @see https://docs.github.com/en/rest/collaborators */
export function serveCollaborators(service: GithubService): void {
  const { app, access, newId, now } = service;
  const find = (context: Call, needs: Permission) => {
    const { state, has } = findRepository(service, context);
    const caller = access.require(context);
    const what = needs === 'admin' ? 'Must have admin rights to Repository.' : 'Must have push access to Repository.';
    demand(has, needs, what);
    return { state, caller };
  };
  const findInvitation = (context: Call, state: RepositoryState): Invitation => {
    const invitation = state.invitations.get(numberOf(context, 'id'));
    if (invitation === undefined) throw notFound();
    return invitation;
  };

  app.get('/repos/:owner/:repo/collaborators', (context) =>
    answerPage(context, [...find(context, 'write').state.collaborators.keys()].map(formatUser)),
  );
  app.get('/repos/:owner/:repo/collaborators/:user', (context) => {
    const { state } = find(context, 'write');
    if (lookUp(state.collaborators, context.req.param('user')) === undefined) throw notFound();
    return context.body(null, 204);
  });
  app.get('/repos/:owner/:repo/collaborators/:user/permission', (context) => {
    const { state } = find(context, 'write');
    const login = context.req.param('user');
    if (!access.isKnown(login, service.repositories.values())) throw notFound();
    const permission = lookUp(state.collaborators, login) ?? 'none';
    const legacy = permission === 'maintain' ? 'write' : permission === 'triage' ? 'read' : permission;
    return context.json({ permission: legacy, role_name: permission, user: formatUser(login) });
  });
  app.put('/repos/:owner/:repo/collaborators/:user', async (context) => {
    const { state, caller: inviter } = find(context, 'admin');
    const login = context.req.param('user');
    if (!access.isKnown(login, service.repositories.values())) throw notFound();
    const body: unknown = await context.req.json().catch(() => ({})); // the body may be left out
    const permission = readPermission(state, body as Json);
    if (lookUp(state.collaborators, login) !== undefined) {
      remove(state, login);
      state.collaborators.set(login, permission);
      return context.body(null, 204);
    }
    const open = [...state.invitations.values()].find(({ invitee }) => isSame(invitee, login));
    const invitation = open ?? { id: newId(), invitee: login, inviter, permission, createdAt: now() };
    invitation.permission = permission;
    state.invitations.set(invitation.id, invitation);
    return context.json(formatInvitation(context, state, invitation), 201);
  });
  app.delete('/repos/:owner/:repo/collaborators/:user', (context) => {
    remove(find(context, 'admin').state, context.req.param('user'));
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/invitations', (context) => {
    const { state } = find(context, 'admin');
    return answerPage(
      context,
      [...state.invitations.values()].map((invitation) => formatInvitation(context, state, invitation)),
    );
  });
  app.patch('/repos/:owner/:repo/invitations/:id', async (context) => {
    const { state } = find(context, 'admin');
    const invitation = findInvitation(context, state);
    const asked = (await readJson(context))['permissions'];
    if (!permissions.includes(asked as Permission)) throw unprocessable('Invitation', 'permissions', 'invalid');
    invitation.permission = asked as Permission;
    return context.json(formatInvitation(context, state, invitation));
  });
  app.delete('/repos/:owner/:repo/invitations/:id', (context) => {
    const { state } = find(context, 'admin');
    state.invitations.delete(findInvitation(context, state).id);
    return context.body(null, 204);
  });

  const invitationsOf = (login: string) =>
    [...service.repositories.values()].flatMap((state) =>
      [...state.invitations.values()]
        .filter(({ invitee }) => isSame(invitee, login))
        .map((invitation) => ({ state, invitation })),
    );
  const findOwn = (context: Call) => {
    const found = invitationsOf(access.require(context)).find(
      ({ invitation }) => invitation.id === numberOf(context, 'id'),
    );
    if (found === undefined) throw notFound();
    found.state.invitations.delete(found.invitation.id);
    return found;
  };
  app.get('/user/repository_invitations', (context) =>
    answerPage(
      context,
      invitationsOf(access.require(context)).map(({ state, invitation }) =>
        formatInvitation(context, state, invitation),
      ),
    ),
  );
  app.patch('/user/repository_invitations/:id', (context) => {
    const { state, invitation } = findOwn(context);
    state.collaborators.set(invitation.invitee, invitation.permission);
    return context.body(null, 204);
  });
  app.delete('/user/repository_invitations/:id', (context) => {
    findOwn(context);
    return context.body(null, 204);
  });
}
