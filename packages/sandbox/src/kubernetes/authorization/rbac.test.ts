// Wording and reasons are those of a Kubernetes 1.20 for the same requests.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveKube } from '../__fixtures__/serve.js';
import type { Fields } from '../kube-api.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1';
const ACCOUNT = 'system:serviceaccount:team:app';
const apiGroup = 'rbac.authorization.k8s.io';

let nowMs: number;
let url: string;
let stop: () => void;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 1);
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  ({ url, stop } = await serveKube({ clock, authorization: 'rbac', tokens: ['admin'] }));
  await ask('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await ask('POST', '/api/v1/namespaces/team/serviceaccounts', { metadata: { name: 'app' } });
  await ask('POST', `${RBAC}/namespaces/team/roles`, {
    metadata: { name: 'reader' },
    rules: [
      { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['known'], verbs: ['get'] },
    ],
  });
  await bind('app-reads', { kind: 'Role', name: 'reader' }, { kind: 'ServiceAccount', name: 'app', namespace: 'team' });
  await bind('bob-admin', { kind: 'ClusterRole', name: 'admin' }, { kind: 'User', name: 'bob', apiGroup });
});

afterEach(() => stop());

interface From {
  /** Impersonated by the administrator. */
  readonly as?: string;
  /** In place of the administrator's; `''` is none. */
  readonly token?: string;
}

async function ask(method: string, path: string, body?: object, { as, token = 'admin' }: From = {}): Promise<Fields> {
  const headers = {
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(as === undefined ? {} : { 'impersonate-user': as }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, { method, headers, ...sent });
  return (await response.json()) as Fields;
}

/** What a request to be connected to a pod is refused with. */
async function connect(path: string, as: string): Promise<Fields> {
  const headers = {
    authorization: 'Bearer admin',
    'impersonate-user': as,
    connection: 'Upgrade',
    upgrade: 'websocket',
  };
  const [response] = (await once(request(`${url}${path}`, { headers }).end(), 'response')) as [IncomingMessage];
  return (await json(response)) as Fields;
}

function bind(name: string, role: object, subject: object, from: From = {}): Promise<Fields> {
  const body = { metadata: { name }, roleRef: { apiGroup, ...role }, subjects: [subject] };
  return ask('POST', `${RBAC}/namespaces/team/rolebindings`, body, from);
}

const isAllowed = async (review: string, spec: object, from: From = {}): Promise<Fields> =>
  (await ask('POST', `${REVIEWS}/${review}`, { spec }, from))['status'] as Fields;

describe('a request that no role allows', () => {
  it('is not connected to a pod either', async () => {
    const path = '/api/v1/namespaces/team/pods/p/exec?command=id&stdout=true';
    expect(await connect(path, 'dave')).toMatchObject({
      code: 403,
      message:
        'pods "p" is forbidden: User "dave" cannot get resource "pods/exec" in API group "" in the namespace "team"',
    });
    expect(await connect(path, 'bob')).toMatchObject({ code: 404, message: 'pods "p" not found' });
  });

  it.each([
    [
      'an object of a namespace',
      'DELETE',
      '/api/v1/namespaces/team/pods/x',
      `pods "x" is forbidden: User "${ACCOUNT}" cannot delete resource "pods" in API group "" in the namespace "team"`,
    ],
    [
      'a collection',
      'DELETE',
      '/api/v1/namespaces/team/pods',
      `pods is forbidden: User "${ACCOUNT}" cannot deletecollection resource "pods" in API group "" in the namespace "team"`,
    ],
    [
      'all namespaces',
      'GET',
      '/api/v1/pods',
      `pods is forbidden: User "${ACCOUNT}" cannot list resource "pods" in API group "" at the cluster scope`,
    ],
    [
      'a watch',
      'GET',
      '/api/v1/namespaces/team/pods?watch=true',
      `pods is forbidden: User "${ACCOUNT}" cannot watch resource "pods" in API group "" in the namespace "team"`,
    ],
    [
      'a subresource of a group',
      'GET',
      '/apis/apps/v1/namespaces/team/deployments/x/scale',
      `deployments.apps "x" is forbidden: User "${ACCOUNT}" cannot get resource "deployments/scale" in API group "apps" in the namespace "team"`,
    ],
    [
      'a namespace, which is in itself',
      'GET',
      '/api/v1/namespaces/team',
      `namespaces "team" is forbidden: User "${ACCOUNT}" cannot get resource "namespaces" in API group "" in the namespace "team"`,
    ],
    [
      'what is not there at all',
      'GET',
      '/apis/nope.example.com/v1/things',
      `things.nope.example.com is forbidden: User "${ACCOUNT}" cannot list resource "things" in API group "nope.example.com" at the cluster scope`,
    ],
    ['a path', 'GET', '/metrics', `forbidden: User "${ACCOUNT}" cannot get path "/metrics"`],
  ])('is refused for %s', async (_what, method, path, message) => {
    const answer = await ask(method, path, undefined, { as: ACCOUNT });
    expect(answer).toMatchObject({ kind: 'Status', code: 403, reason: 'Forbidden', message });
  });

  it('tells the roles that a binding names in vain', async () => {
    await bind('dangling', { kind: 'Role', name: 'gone' }, { kind: 'User', name: 'jane', apiGroup });
    const { message } = await ask('GET', '/api/v1/namespaces/team/pods', undefined, { as: 'jane' });
    expect(message).toMatch(/in the namespace "team": RBAC: role\.rbac\.authorization\.k8s\.io "gone" not found$/);
  });
});

describe('a request that a role allows', () => {
  it.each(['/api/v1/namespaces/team/pods', '/apis', '/version'])('is answered: %s', async (path) => {
    expect(await ask('GET', path, undefined, { as: ACCOUNT })).not.toMatchObject({ code: 403 });
  });

  it('may be for one name only, also where a list selects it', async () => {
    const of = (path: string): Promise<Fields> =>
      ask('GET', `/api/v1/namespaces/team/configmaps${path}`, undefined, { as: ACCOUNT });
    expect(await of('/known')).toMatchObject({ code: 404 });
    expect(await of('/other')).toMatchObject({ code: 403 });
    expect(await of('')).toMatchObject({ code: 403 });
  });

  it('needs no role for an administrator', async () => {
    expect(await ask('GET', '/api/v1/nodes')).toMatchObject({ kind: 'NodeList' });
  });
});

describe('who is asking', () => {
  it('is anonymous without a token, and nobody with a wrong one', async () => {
    expect(await ask('GET', '/version', undefined, { token: '' })).toMatchObject({ major: '1' });
    expect((await ask('GET', '/apis', undefined, { token: '' }))['message']).toBe(
      'forbidden: User "system:anonymous" cannot get path "/apis"',
    );
    expect(await ask('GET', '/apis', undefined, { token: 'wrong' })).toMatchObject({ code: 401 });
  });

  it("is a service account with its token, until that ends or the account is another's", async () => {
    const path = '/api/v1/namespaces/team/serviceaccounts/app';
    const spec = { expirationSeconds: 3600 };
    const newToken = async (): Promise<string> =>
      (await ask('POST', `${path}/token`, { spec }))['status'].token as string;
    const token = await newToken();
    const list = (): Promise<Fields> => ask('GET', '/api/v1/namespaces/team/pods', undefined, { token });
    expect(await list()).toMatchObject({ kind: 'PodList' });
    nowMs += 3_600_000;
    expect(await list()).toMatchObject({ code: 401 });
    const second = await newToken();
    await ask('DELETE', path);
    await ask('POST', '/api/v1/namespaces/team/serviceaccounts', { metadata: { name: 'app' } });
    expect(await ask('GET', '/api/v1/namespaces/team/pods', undefined, { token: second })).toMatchObject({ code: 401 });
  });

  it('acts for others only where that is allowed', async () => {
    const spec = {};
    const token = (await ask('POST', '/api/v1/namespaces/team/serviceaccounts/app/token', { spec }))['status']
      .token as string;
    expect((await ask('GET', '/apis', undefined, { token, as: 'jane' }))['message']).toBe(
      `users "jane" is forbidden: User "${ACCOUNT}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
  });
});

describe('access reviews', () => {
  const list = { resourceAttributes: { namespace: 'team', verb: 'list', resource: 'pods' } };

  it('say which binding allows what is asked', async () => {
    expect(await isAllowed('selfsubjectaccessreviews', list, { as: ACCOUNT })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "app-reads/team" of Role "reader" to ServiceAccount "app/team"',
    });
    const path = { nonResourceAttributes: { path: '/apis/x', verb: 'get' } };
    expect(await isAllowed('selfsubjectaccessreviews', path, { as: ACCOUNT })).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
    expect(await isAllowed('selfsubjectaccessreviews', list)).toEqual({ allowed: true });
    expect(await isAllowed('selfsubjectaccessreviews', list, { as: 'jane' })).toEqual({ allowed: false });
  });

  it('are answered for others, whom they have to name', async () => {
    const create = { namespace: 'team', verb: 'create', group: 'apps', resource: 'deployments' };
    expect(await isAllowed('subjectaccessreviews', { user: 'bob', resourceAttributes: create })).toMatchObject({
      allowed: true,
    });
    const nobody = await ask('POST', `${REVIEWS}/subjectaccessreviews`, { spec: { resourceAttributes: create } });
    expect(nobody['details'].causes).toEqual([
      expect.objectContaining({
        field: 'spec.user',
        message: expect.stringContaining('at least one of user or group'),
      }),
    ]);
  });

  it('list the rules that kubectl auth can-i --list shows', async () => {
    const { resourceRules, nonResourceRules } = await isAllowed(
      'selfsubjectrulesreviews',
      { namespace: 'team' },
      { as: ACCOUNT },
    );
    expect(resourceRules).toContainEqual({ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] });
    expect(resourceRules).toContainEqual({
      verbs: ['get'],
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['known'],
    });
    expect(nonResourceRules).toContainEqual({
      verbs: ['get'],
      nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
    });
  });
});

describe('who may write roles', () => {
  const role = (name: string, ...rules: object[]): object => ({ metadata: { name }, rules });
  const write = (body: object): Promise<Fields> => ask('POST', `${RBAC}/namespaces/team/roles`, body, { as: 'bob' });

  it('gives away what they have', async () => {
    const body = role('fine', { apiGroups: [''], resources: ['pods'], verbs: ['get'] });
    expect(await write(body)).toMatchObject({ kind: 'Role' });
    const labels = await ask(
      'PATCH',
      `${RBAC}/namespaces/team/roles/fine`,
      { metadata: { labels: { a: 'b' } } },
      { as: 'bob' },
    );
    expect(labels).toMatchObject({ metadata: { labels: { a: 'b' } } });
  });

  it('and nothing more', async () => {
    const body = role('more', { apiGroups: ['', 'apps'], resources: ['pods', 'nodes'], verbs: ['get', 'watch'] });
    expect((await write(body))['message']).toBe(
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to ' +
        'grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "watch"]}\n' +
        '{APIGroups:["apps"], Resources:["nodes"], Verbs:["get" "watch"]}\n' +
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "watch"]}',
    );
  });

  it('nor by binding to a role that has more, or that is not there', async () => {
    const bob = { kind: 'User', name: 'bob', apiGroup };
    const up = await bind('up', { kind: 'ClusterRole', name: 'cluster-admin' }, bob, { as: 'bob' });
    expect(up['message']).toMatch(/^rolebindings\.rbac\.authorization\.k8s\.io "up" is forbidden: user "bob"/);
    const gone = await bind('up', { kind: 'Role', name: 'gone' }, bob, { as: 'bob' });
    expect(gone).toMatchObject({ code: 404, message: 'roles.rbac.authorization.k8s.io "gone" not found' });
  });
});
