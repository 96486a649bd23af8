import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveKube } from '../__fixtures__/serve.js';
import type { Fields } from '../kube-api.js';
import { createCertificate } from '../../sandbox/certificate.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const SERVICE = { name: 'hooks', namespace: 'default', path: '/service', port: 443 };

/** What the webhook answers, and what it was asked. */
let answer: (request: Fields, path: string) => Fields | string | Promise<Fields>;
let asked: Fields[];
let hookUrl: string;
let hookPort: number;
let caBundle: string;
let stopHook: () => void;
let stop: () => void;
let url: string;

beforeAll(async () => {
  const pem = createCertificate({ name: 'hooks', dnsNames: ['hooks.default.svc'], addresses: [], nowMs: Date.now() });
  caBundle = Buffer.from(pem.ca).toString('base64');
  const server = createServer({ key: pem.key, cert: pem.cert }, (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => void respond(JSON.parse(body) as Fields));
    const respond = async (review: Fields): Promise<void> => {
      const path = new URL(request.url ?? '/', 'https://localhost').pathname;
      asked.push({ ...review['request'], path });
      const given = await answer(review['request'] as Fields, path);
      if (typeof given === 'string') return void response.writeHead(500).end(given);
      const uid: string = review['request'].uid;
      response.end(JSON.stringify({ ...review, request: undefined, response: { uid, allowed: true, ...given } }));
    };
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  hookPort = (server.address() as AddressInfo).port;
  hookUrl = `https://127.0.0.1:${hookPort}`;
  stopHook = () => {
    server.close();
    server.closeAllConnections();
  };
});

afterAll(() => stopHook());

beforeEach(async () => {
  asked = [];
  answer = () => ({});
  ({ url, stop } = await serveKube());
});

afterEach(() => stop());

async function ask(
  method: string,
  path: string,
  body?: object,
  type = 'application/json',
): Promise<Fields & { warning: string | null }> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } };
  const response = await fetch(`${url}${path}`, { method, ...sent });
  return { ...((await response.json()) as Fields), warning: response.headers.get('warning') };
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: object = {}): object => ({ metadata: { name }, data });
const patchOf = (...operations: readonly object[]): Fields => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

/** Makes a configuration with one webhook for ConfigMaps. */
async function configure(kind: 'Mutating' | 'Validating', name: string, webhook: Fields = {}): Promise<void> {
  const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];
  const made = await ask('POST', `${GROUP}/${kind.toLowerCase()}webhookconfigurations`, {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: `${hookUrl}/${name}`, caBundle },
        rules,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...webhook,
      },
    ],
  });
  expect(made).toMatchObject({ metadata: { name } });
}

describe('mutating webhooks', () => {
  it('change what is created, one after the other in order of their names', async () => {
    answer = ({ object }, path) =>
      patchOf({ op: 'add', path: '/data/seen', value: `${object.data?.seen ?? ''}${path}` });
    await configure('Mutating', 'b');
    await configure('Mutating', 'a');
    expect(await ask('POST', MAPS, map('m', { own: '1' }))).toMatchObject({ data: { own: '1', seen: '/a/b' } });
    expect(await ask('GET', `${MAPS}/m`)).toMatchObject({ data: { own: '1', seen: '/a/b' } });
  });

  it('change what every kind of write leaves', async () => {
    await ask('POST', MAPS, map('m'));
    answer = ({ uid }) => patchOf({ op: 'add', path: '/metadata/labels', value: { by: uid.slice(0, 4) } });
    await configure('Mutating', 'label');
    const labelOf = async (answered: Promise<Fields>): Promise<unknown> => (await answered)['metadata'].labels.by;
    const writes = [
      () => ask('PUT', `${MAPS}/m`, map('m', { a: '1' })),
      () => ask('PATCH', `${MAPS}/m`, { data: { b: '2' } }, 'application/merge-patch+json'),
      () =>
        ask(
          'PATCH',
          `${MAPS}/m?fieldManager=me&force=true`,
          { apiVersion: 'v1', kind: 'ConfigMap', ...map('m', { c: '3' }) },
          'application/apply-patch+yaml',
        ),
    ];
    for (const write of writes) expect(await labelOf(write())).toBe(asked.at(-1)?.['uid'].slice(0, 4));
    expect(asked.map(({ operation, options }) => [operation, options.kind])).toEqual([
      ['UPDATE', 'UpdateOptions'],
      ['UPDATE', 'PatchOptions'],
      ['UPDATE', 'PatchOptions'],
    ]);
  });

  it('are asked again when another has changed the object after them, if they want to', async () => {
    answer = ({ object }, path) =>
      path === '/b'
        ? patchOf({ op: 'add', path: '/data/b', value: '1' })
        : patchOf({ op: 'add', path: '/data/a', value: Object.keys(object.data).join() });
    await configure('Mutating', 'a', { reinvocationPolicy: 'IfNeeded' });
    await configure('Mutating', 'b');
    expect(await ask('POST', MAPS, map('m', { own: '1' }))).toMatchObject({ data: { a: 'own,a,b', b: '1' } });
  });

  it('are validated as anything else', async () => {
    answer = () => patchOf({ op: 'add', path: '/data/..', value: 'x' });
    await configure('Mutating', 'bad');
    expect(await ask('POST', MAPS, map('m', { a: '1' }))).toMatchObject({
      code: 422,
      message: expect.stringContaining('data[..]'),
    });
  });

  it('answer with a patch that fits', async () => {
    answer = () => patchOf({ op: 'replace', path: '/data/none/deep', value: 'x' });
    await configure('Mutating', 'bad', { failurePolicy: 'Ignore' });
    expect(await ask('POST', MAPS, map('m'))).toMatchObject({ code: 500, reason: 'InternalError' });
  });
});

describe('validating webhooks', () => {
  it('are told what is asked for', async () => {
    await configure('Validating', 'v');
    await ask('POST', `${MAPS}?fieldManager=me`, map('m', { a: '1' }));
    await ask('PUT', `${MAPS}/m`, map('m', { a: '2' }));
    await ask('DELETE', `${MAPS}/m`);
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
    const resource = { group: '', version: 'v1', resource: 'configmaps' };
    const common = {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'm',
      namespace: 'default',
      dryRun: false,
    };
    const withData = (a: string): object =>
      expect.objectContaining({ apiVersion: 'v1', kind: 'ConfigMap', data: { a } });
    expect(asked).toMatchObject([
      {
        ...common,
        operation: 'CREATE',
        object: withData('1'),
        oldObject: null,
        options: { kind: 'CreateOptions', fieldManager: 'me' },
      },
      { ...common, operation: 'UPDATE', object: withData('2'), oldObject: withData('1') },
      { ...common, operation: 'DELETE', object: null, oldObject: withData('2'), options: { kind: 'DeleteOptions' } },
    ]);
    expect(asked[0]?.['userInfo']).toMatchObject({ username: 'kubernetes-admin' });
  });

  it('see the object that is then kept', async () => {
    await configure('Validating', 'v');
    const { metadata } = await ask('POST', MAPS, { metadata: { generateName: 'm-' } });
    expect(asked[0]?.['object'].metadata).toMatchObject({ name: metadata.name, uid: metadata.uid });
  });

  it.each([
    ['a message', { message: 'not today', code: 403, reason: 'Forbidden' }, 403, 'denied the request: not today'],
    ['a reason', { reason: 'Busy' }, 400, 'denied the request: Busy'],
    ['nothing', undefined, 400, 'denied the request without explanation'],
  ])('refuse with %s', async (_what, status, code, text) => {
    answer = () => ({ allowed: false, status });
    await configure('Validating', 'v');
    const message = `admission webhook "v.example.com" ${text}`;
    expect(await ask('POST', MAPS, map('m'))).toMatchObject({ kind: 'Status', code, message });
    expect(await ask('GET', `${MAPS}/m`)).toMatchObject({ code: 404 });
  });

  it('refuse deletions, of one and of all', async () => {
    await ask('POST', MAPS, map('m'));
    answer = () => ({ allowed: false });
    await configure('Validating', 'v');
    expect(await ask('DELETE', `${MAPS}/m`)).toMatchObject({ code: 400 });
    expect(await ask('DELETE', MAPS)).toMatchObject({ code: 400 });
    expect(await ask('GET', `${MAPS}/m`)).toMatchObject({ metadata: { name: 'm' } });
  });

  it('warn', async () => {
    answer = () => ({ warnings: ['old field'] });
    await configure('Validating', 'v');
    expect((await ask('POST', MAPS, map('m'))).warning).toBe('299 - "old field"');
  });

  it('are asked again when the object was changed while they thought', async () => {
    await ask('POST', MAPS, map('m', { a: '0', b: '0' }));
    await configure('Validating', 'v', {
      objectSelector: { matchExpressions: [{ key: 'quiet', operator: 'DoesNotExist' }] },
    });
    let interferes = true;
    answer = async () => {
      if (interferes) {
        interferes = false;
        await ask('PATCH', `${MAPS}/m`, { data: { b: '1' } }, 'application/merge-patch+json');
      }
      return {};
    };
    await ask('PATCH', `${MAPS}/m`, { data: { a: '1' } }, 'application/merge-patch+json');
    expect(asked.at(-1)?.['object'].data).toEqual({ a: '1', b: '1' });
    expect(await ask('GET', `${MAPS}/m`)).toMatchObject({ data: { a: '1', b: '1' } });
  });

  it('are asked about a dry run as such, and nothing is kept', async () => {
    await configure('Validating', 'v');
    expect(await ask('POST', `${MAPS}?dryRun=All`, map('m'))).toMatchObject({ metadata: { name: 'm' } });
    expect(asked).toMatchObject([{ dryRun: true, options: { dryRun: ['All'] } }]);
    expect(await ask('GET', `${MAPS}/m`)).toMatchObject({ code: 404 });
  });
});

describe('a webhook', () => {
  it.each([
    [
      'another resource',
      {
        rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'configmaps/status'] }],
      },
    ],
    [
      'another operation',
      { rules: [{ operations: ['DELETE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }] },
    ],
    [
      'another scope',
      { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Cluster' }] },
    ],
    ['other labels', { objectSelector: { matchLabels: { app: 'x' } } }],
    ['another namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }],
  ])('for %s is not asked', async (_what, webhook) => {
    await configure('Validating', 'v', webhook);
    await ask('POST', MAPS, map('m'));
    expect(asked).toEqual([]);
  });

  it('is never asked about webhook configurations', async () => {
    answer = () => ({ allowed: false });
    await configure('Validating', 'v', {
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
    });
    expect(await ask('POST', MAPS, map('m'))).toMatchObject({ code: 400 });
    expect(await ask('DELETE', `${GROUP}/validatingwebhookconfigurations/v`)).toMatchObject({ status: 'Success' });
  });

  it('is found through its service, whose name its certificate must hold', async () => {
    await configure('Validating', 'v', { clientConfig: { service: SERVICE, caBundle } });
    const refusal = async (): Promise<string> => (await ask('POST', MAPS, map('m')))['message'] as string;
    const prefix =
      'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: ' +
      'Post "https://hooks.default.svc:443/service?timeout=10s": ';
    expect(await refusal()).toBe(`${prefix}service "hooks" not found`);
    await ask('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'hooks' },
      spec: { ports: [{ port: 443, name: 'https' }] },
    });
    expect(await refusal()).toBe(`${prefix}no endpoints available for service "hooks"`);
    const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: hookPort, name: 'https' }] }];
    await ask('POST', '/api/v1/namespaces/default/endpoints', { metadata: { name: 'hooks' }, subsets });
    expect(await ask('POST', MAPS, map('m'))).toMatchObject({ metadata: { name: 'm' } });
    expect(asked).toMatchObject([{ path: '/service' }]);
  });

  it('is not looked for elsewhere, whatever endpoints say', async () => {
    await configure('Validating', 'v', { clientConfig: { service: SERVICE, caBundle } });
    const ports = [{ port: 443 }];
    await ask('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'hooks' }, spec: { ports } });
    const subsets = [{ addresses: [{ ip: '192.0.2.7' }], ports }];
    await ask('POST', '/api/v1/namespaces/default/endpoints', { metadata: { name: 'hooks' }, subsets });
    const refused = await ask('POST', MAPS, map('m'));
    expect(refused['message']).toContain('the sandbox calls webhooks on loopback and in its pods only, not 192.0.2.7');
  });

  it('whose pods are all simulated admits everything, with a warning', async () => {
    await configure('Validating', 'v', { clientConfig: { service: SERVICE, caBundle } });
    const pod = { metadata: { name: 'p', annotations: { 'sandbox.seatrial.dev/runtime': 'simulated' } } };
    await ask('POST', '/api/v1/namespaces/default/pods', { ...pod, spec: { containers: [{ name: 'c', image: 'i' }] } });
    await ask('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'hooks' },
      spec: { ports: [{ port: 443 }] },
    });
    const address = { ip: '127.0.0.9', targetRef: { kind: 'Pod', name: 'p' } };
    await ask('POST', '/api/v1/namespaces/default/endpoints', {
      metadata: { name: 'hooks' },
      subsets: [{ addresses: [address], ports: [{ port: 443 }] }],
    });
    const made = await ask('POST', MAPS, map('m'));
    expect(made['metadata'].name).toBe('m');
    expect(made.warning).toContain('was not asked: the pods of service default/hooks are simulated');
  });

  it.each([
    ['refuses connections', { url: 'https://127.0.0.1:1/x' }, 'dial tcp 127.0.0.1:1: connect: connection refused'],
    [
      'is elsewhere',
      { url: 'https://hooks.example.com/x' },
      'the sandbox calls webhooks on loopback and in its pods only',
    ],
    ['is not to be trusted', { caBundle: undefined }, 'tls: failed to verify certificate: x509: '],
    ['fails', {}, 'an error on the server ("broken") has prevented the request from succeeding'],
  ])('that %s ends the request, or not, by its failure policy', async (_what, config, why) => {
    answer = () => 'broken';
    const clientConfig = { url: `${hookUrl}/v`, caBundle, ...config };
    await configure('Validating', 'v', { clientConfig, failurePolicy: 'Ignore' });
    expect(await ask('POST', MAPS, map('ignored'))).toMatchObject({ metadata: { name: 'ignored' } });
    await configure('Mutating', 'm', { clientConfig });
    const refused = await ask('POST', MAPS, map('m'));
    expect(refused).toMatchObject({ code: 500, reason: 'InternalError' });
    expect(refused['message']).toContain(why);
  });

  it('that does not answer in time has failed', async () => {
    answer = () => new Promise(() => {});
    await configure('Validating', 'v', { timeoutSeconds: 1 });
    expect(await ask('POST', MAPS, map('m'))).toMatchObject({
      code: 500,
      message: expect.stringContaining('context deadline exceeded'),
    });
  });
});
