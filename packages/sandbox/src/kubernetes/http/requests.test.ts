import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveKube } from '../__fixtures__/serve.js';
import type { Fields } from '../kube-api.js';
import { createKubeServer } from '../server.js';

let url: string;
let stop: () => void;

beforeEach(async () => {
  const served = await serveKube();
  url = `${served.url}/api/v1/namespaces/default`;
  stop = served.stop;
});

afterEach(() => stop());

/** The JSON that a request is answered with. */
async function ask(method: string, path: string, body?: object, type = 'application/json'): Promise<Fields> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } };
  const response = await fetch(`${url}${path}`, { method, ...sent });
  return (await response.json()) as Fields;
}

const configMap = (name: string, labels = {}): object => ({ metadata: { name, labels } });

/** A kind that every test may have. */
const boats = '/../../../../apis/example.com/v1/namespaces/default/boats';

async function defineBoats(): Promise<void> {
  const definition = {
    metadata: { name: 'boats.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { replicas: { type: 'integer' }, sails: { type: 'integer', default: 2 } },
                },
              },
            },
          },
        },
      ],
    },
  };
  await ask('POST', '/../../../../apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
}

describe(createKubeServer, () => {
  it('takes the options of a DELETE from its body alone where it has one, not even a dry run from the query', async () => {
    await ask('POST', '/configmaps', configMap('a'));
    await ask('DELETE', '/configmaps/a?dryRun=All', { kind: 'DeleteOptions', apiVersion: 'v1' });
    expect(await ask('GET', '/configmaps/a')).toMatchObject({ code: 404 });
    await ask('POST', '/configmaps', configMap('b'));
    await ask('DELETE', '/configmaps/b?dryRun=All');
    expect(await ask('GET', '/configmaps/b')).toMatchObject({ metadata: { name: 'b' } });
  });

  it('refuses a version of what is to be made only where it would be stored', async () => {
    const versioned = { metadata: { name: 'a', resourceVersion: '1' } };
    const kept = await ask('POST', '/configmaps?dryRun=All', versioned);
    expect(kept).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a', resourceVersion: '1' } });
    const message = 'resourceVersion should not be set on objects to be created';
    expect(await ask('POST', '/configmaps', versioned)).toMatchObject({ code: 500, message });
    const faulty = { metadata: { ...versioned.metadata, labels: { a: 'not ok' } } };
    expect(await ask('POST', '/configmaps', faulty)).toMatchObject({ code: 422 });
  });

  it.each([
    ['application/apply-patch+yaml', 422],
    ['application/strategic-merge-patch+json', 422],
    ['application/merge-patch+json', 200],
  ])('tells empty bytes of what is immutable from none, which %s makes of them', async (type, code) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    await ask('POST', '/configmaps', { ...object, binaryData: { raw: '' }, immutable: true });
    const labelled = { ...object, metadata: { name: 'a', labels: { b: 'x' } } };
    const { code: refused = 200 } = await ask('PATCH', '/configmaps/a?fieldManager=me', labelled, type);
    expect(refused).toBe(code);
  });

  it('answers with bytes that are none where an apply lets go of an object that was to be deleted', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const applied = 'application/apply-patch+yaml';
    const held = { ...object, metadata: { name: 'a', finalizers: ['example.com/hold'] } };
    await ask('PATCH', '/configmaps/a?fieldManager=me', held, applied);
    await ask('DELETE', '/configmaps/a');
    const last = await ask('PATCH', '/configmaps/a?fieldManager=me', { ...object, binaryData: { raw: '' } }, applied);
    expect(last).toMatchObject({ kind: 'ConfigMap', binaryData: { raw: null } });
    expect(await ask('GET', '/configmaps/a')).toMatchObject({ code: 404 });
  });

  it('goes on after a full page even if nothing that is left matches: it has not looked', async () => {
    await ask('POST', '/configmaps', configMap('a', { app: 'x' }));
    await ask('POST', '/configmaps', configMap('b'));
    const first = await ask('GET', '/configmaps?labelSelector=app=x&limit=1');
    expect(first).toMatchObject({ items: [{ metadata: { name: 'a' } }], metadata: { continue: expect.any(String) } });
    const token = encodeURIComponent(first['metadata'].continue as string);
    const second = await ask('GET', `/configmaps?labelSelector=app=x&limit=1&continue=${token}`);
    expect(second['items']).toEqual([]);
    expect(second['metadata'].continue).toBeUndefined();
  });

  it('names limit ranges that come without a name, and no other kind', async () => {
    const limits = { metadata: {}, spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } };
    const made = await ask('POST', '/limitranges', limits);
    expect(made).toMatchObject({ kind: 'LimitRange', metadata: { name: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(await ask('POST', '/configmaps', { metadata: {} })).toMatchObject({ code: 422 });
  });

  it('refuses in YAML who asks for YAML', async () => {
    const response = await fetch(`${url}/configmaps/none`, { headers: { accept: 'application/yaml' } });
    expect(response.headers.get('content-type')).toBe('application/yaml');
    expect(await response.text()).toContain('message: configmaps "none" not found');
  });

  it('tells every fault of an object at once, the missing name too', async () => {
    const answer = await ask('POST', '/services', { metadata: {}, spec: { ports: [{ port: 0 }] } });
    expect((answer['details'].causes as Fields[]).map(({ field }) => field as string)).toEqual([
      'metadata.name',
      'spec.ports[0].port',
      'spec.ports[0].targetPort',
    ]);
  });

  it('lets a replacement that names one address and no list become an ExternalName, and nobody be made one', async () => {
    const external = { type: 'ExternalName', externalName: 'example.com', clusterIP: 'None', ports: [{ port: 80 }] };
    expect(await ask('POST', '/services', { metadata: { name: 'a' }, spec: external })).toMatchObject({ code: 422 });
    await ask('POST', '/services', { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } });
    const replaced = await ask('PUT', '/services/a', { metadata: { name: 'a' }, spec: external });
    expect(replaced).toMatchObject({ spec: { clusterIP: 'None', clusterIPs: ['None'] } });
    const patch = { metadata: { labels: { app: 'x' } } };
    expect(await ask('PATCH', '/services/a', patch, 'application/merge-patch+json')).toMatchObject({
      details: { causes: [{ field: 'spec.clusterIPs' }] },
    });
  });

  it('does not look at the addresses of an ExternalName, which may have none', async () => {
    await ask('POST', '/services', { metadata: { name: 'a' }, spec: { type: 'ExternalName', externalName: 'a.b' } });
    const patch = { spec: { clusterIP: 'here' } };
    const refused = await ask('PATCH', '/services/a', patch, 'application/strategic-merge-patch+json');
    expect(refused['details'].causes.map(({ field }: Fields) => field)).toEqual(['spec.clusterIPs']);
  });

  it('tells what cannot be decoded before the version, which it calls by the name it came with', async () => {
    await defineBoats();
    const boat = { apiVersion: 'example.com/v9', kind: 'Boat', metadata: { name: 'a', annotations: { b: true } } };
    expect(await ask('POST', boats, boat)).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^Boat in version "v9" cannot be handled as a Boat: /),
    });
    expect(await ask('POST', boats, { ...boat, metadata: { name: 'a' } })).toMatchObject({
      code: 400,
      message: 'the API version in the data (example.com/v9) does not match the expected API version (example.com/v1)',
    });
  });

  it.each([
    ['/../../../../apis/batch/v1/jobs', 'field label "spec.x" not supported for batchv1.Job'],
    ['/../../../../api/v1/nodes', 'field label not supported: spec.x'],
    ['/configmaps', '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('refuses to select %s by a field it does not know in words of the kind', async (path, message) => {
    expect(await ask('GET', `${path}?fieldSelector=spec.x=1`)).toMatchObject({ code: 400, message });
  });

  it('stores the defaults of what a scale has made with the next write, whatever is in it', async () => {
    await defineBoats();
    const versionAfter = async (method: string, path: string, body: object): Promise<string> => {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      return (await ask(method, `${boats}${path}`, body, type))['metadata'].resourceVersion as string;
    };
    const boat = { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'a' } };
    await versionAfter('POST', '', boat);
    const scaled = await versionAfter('PATCH', '/a/scale', { spec: { replicas: 1 } });
    expect(await ask('GET', `${boats}/a`)).toMatchObject({ spec: { replicas: 1, sails: 2 } });
    const first = await versionAfter('PATCH', '/a', {});
    expect(first).not.toBe(scaled);
    expect(await versionAfter('PATCH', '/a', {})).toBe(first);
  });

  it('calls it a fault of the patch when it makes no such object', async () => {
    await ask('POST', '/configmaps', configMap('a'));
    const answer = await ask('PATCH', '/configmaps/a', { data: { a: 1 } }, 'application/merge-patch+json');
    expect(answer).toMatchObject({ code: 422, details: { causes: [{ field: 'patch' }] } });
  });

  it('names all who are in conflict with an apply, in order', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const apply = (manager: string, data: object): Promise<Fields> =>
      ask('PATCH', `/configmaps/a?fieldManager=${manager}`, { ...body, data }, 'application/apply-patch+yaml');
    await apply('zoe', { x: '1' });
    await apply('bob', { y: '1' });
    expect((await apply('eve', { x: '2', y: '2' }))['message']).toBe(
      'Apply failed with 2 conflicts: conflicts with "bob":\n- .data.y\nconflicts with "zoe":\n- .data.x',
    );
  });

  it('gives empty bytes to who sends a strategic merge patch, whatever is in it', async () => {
    await ask('POST', '/configmaps', { metadata: { name: 'a' }, binaryData: { blob: '' } });
    const patch = { metadata: { labels: { app: 'x' } } };
    const patched = await ask(
      'PATCH',
      '/configmaps/a?fieldManager=eve',
      patch,
      'application/strategic-merge-patch+json',
    );
    expect(patched['binaryData']).toEqual({ blob: '' });
    const fields = patched['metadata'].managedFields as Fields[];
    expect(fields.find(({ manager }) => manager === 'eve')?.['fieldsV1']).toMatchObject({
      'f:binaryData': { 'f:blob': {} },
    });
  });
});
