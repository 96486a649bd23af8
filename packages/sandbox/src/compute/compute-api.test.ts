import { describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../start-sandbox.js';

const PROJECT = 'sandbox';

async function start(options: { faults?: string[]; operationMs?: number } = {}) {
  const sandbox = await startSandbox({ docker: 'off', operationMs: 20, ...options });
  onTestFinished(() => sandbox.close());
  const base = `${sandbox.env['SEATRIAL_COMPUTE_ENDPOINT']}/compute/v1/projects/${PROJECT}`;
  const call = async (method: string, path: string, body?: object) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${base}/${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  return { sandbox, call };
}

describe('Compute Engine', () => {
  it('makes, lists and deletes a disk by operations that end', async () => {
    const { call } = await start();
    const { body: made } = await call('POST', 'zones/us-east1-b/disks', { name: 'pvc-1', sizeGb: '10' });
    expect(made).toMatchObject({ kind: 'compute#operation', operationType: 'insert', status: 'RUNNING' });
    expect(await call('GET', 'aggregated/disks')).toMatchObject({
      status: 200,
      body: { items: { 'zones/us-east1-b': { disks: [{ name: 'pvc-1', sizeGb: '10', kind: 'compute#disk' }] } } },
    });
    const { body: deleted } = await call('DELETE', 'zones/us-east1-b/disks/pvc-1');
    const { body: done } = await call('POST', `zones/us-east1-b/operations/${deleted['name']}/wait`);
    expect(done).toMatchObject({ status: 'DONE', operationType: 'delete', name: deleted['name'] });
    expect(await call('GET', 'zones/us-east1-b/disks/pvc-1')).toMatchObject({
      status: 404,
      body: {
        error: {
          code: 404,
          message: "The resource 'projects/sandbox/zones/us-east1-b/disks/pvc-1' was not found",
          errors: [{ reason: 'notFound' }],
        },
      },
    });
  });

  it('pages lists', async () => {
    const { sandbox, call } = await start();
    for (const name of ['a', 'b', 'c'])
      sandbox.compute.add({ project: PROJECT, scope: 'global', collection: 'firewalls' }, { name });
    const { body: first } = await call('GET', 'global/firewalls?maxResults=2');
    expect(first).toMatchObject({ items: [{ name: 'a' }, { name: 'b' }], nextPageToken: '2' });
    const { body: second } = await call('GET', 'global/firewalls?maxResults=2&pageToken=2');
    expect(second).toMatchObject({ items: [{ name: 'c' }] });
    expect(second).not.toHaveProperty('nextPageToken');
  });

  it('refuses to delete what is in use, and to make what is there', async () => {
    const { sandbox, call } = await start();
    const place = { project: PROJECT, scope: 'zones/us-east1-b', collection: 'disks' } as const;
    sandbox.compute.add(place, {
      name: 'boot',
      users: ['https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/i'],
    });
    expect(await call('DELETE', 'zones/us-east1-b/disks/boot')).toMatchObject({
      status: 400,
      body: { error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] } },
    });
    expect((await call('POST', 'zones/us-east1-b/disks', { name: 'boot' })).status).toBe(409);
  });

  it.each(['GET global/instances', 'GET global/disks', 'DELETE zones/z/disks/none', 'GET zones/z/operations/none'])(
    'answers 404 to %s',
    async (line) => {
      const { call } = await start();
      const [method = '', path = ''] = line.split(' ');
      expect((await call(method, path)).status).toBe(404);
    },
  );

  it('fails as the plan says', async () => {
    const { call } = await start({ faults: ['compute.GET:503:#1'] });
    expect(await call('GET', 'aggregated/disks')).toMatchObject({ status: 503, body: { error: { code: 503 } } });
    expect((await call('GET', 'aggregated/disks')).status).toBe(200);
  });
});
