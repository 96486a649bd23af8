import { describe, expect, it } from 'vitest';
import { FakeClock } from './__fixtures__/fake-gke.js';
import { PROJECT, sandboxGke } from './__fixtures__/sandbox-gke.js';
import { createCompute } from './compute.js';
import { formatComputeResource } from './compute-resource.js';

const disks = { project: PROJECT, collection: 'disks' } as const;
const place = { ...disks, scope: 'zones/us-east1-b' } as const;

describe(createCompute, () => {
  it('lists the resources of all places', async () => {
    const { compute, sandbox } = await sandboxGke();
    sandbox.compute.add(place, { name: 'a', labels: { x: 'y' }, users: ['https://h/zones/z/instances/vm'] });
    sandbox.compute.add({ ...disks, scope: 'regions/us-west1' }, { name: 'b', description: 'd' });
    const { resources, missing } = await compute.list(disks);
    expect(missing).toEqual([]);
    expect(resources).toMatchObject([
      { scope: 'zones/us-east1-b', name: 'a', labels: { x: 'y' }, users: ['vm'] },
      { scope: 'regions/us-west1', name: 'b', description: 'd', labels: {}, users: [] },
    ]);
    expect(resources.map(formatComputeResource)).toEqual(['disk a in us-east1-b', 'disk b in us-west1']);
  });

  it('lists more than a page', async () => {
    const { compute, sandbox } = await sandboxGke();
    const of = { project: PROJECT, collection: 'firewalls' } as const;
    for (let at = 0; at < 501; at += 1) sandbox.compute.add({ ...of, scope: 'global' }, { name: `f${at}` });
    expect((await compute.list(of)).resources).toHaveLength(501);
  });

  it('deletes and waits until it is gone; what is not there is fine', async () => {
    const { compute, sandbox } = await sandboxGke({ operationMs: 200 });
    sandbox.compute.add(place, { name: 'a' });
    const [disk] = (await compute.list(disks)).resources;
    if (disk === undefined) throw new Error('no disk');
    await compute.delete(disk);
    expect((await compute.list(disks)).resources).toEqual([]);
    await compute.delete(disk);
  });

  it('goes on through refusals that pass', async () => {
    const faults = ['compute.GET:503:#1', 'compute.GET:429:#1', 'compute.DELETE:reset:#1', 'compute.POST:500:#1'];
    const { compute, sandbox } = await sandboxGke({ faults });
    sandbox.compute.add(place, { name: 'a' });
    const [disk] = (await compute.list(disks)).resources;
    if (disk === undefined) throw new Error('no disk');
    await compute.delete(disk);
    expect((await compute.list(disks)).resources).toEqual([]);
  });

  it('tries again what is in use, until its time is over', async () => {
    const { compute, sandbox } = await sandboxGke();
    sandbox.compute.add(place, { name: 'a', users: ['https://h/zones/z/instances/vm'] });
    const [disk] = (await compute.list(disks)).resources;
    if (disk === undefined) throw new Error('no disk');
    const clock = new FakeClock();
    const computeEndpoint = sandbox.env['SEATRIAL_COMPUTE_ENDPOINT'] ?? '';
    const patient = createCompute({ computeEndpoint, clock });
    await expect(patient.delete(disk, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('is already being used by'),
    });
    expect(clock.sleeps.length).toBeGreaterThan(5);
  });

  it('fails at once on a missing permission', async () => {
    const { compute } = await sandboxGke({ faults: ['compute.GET:403'] });
    await expect(compute.list(disks)).rejects.toMatchObject({ code: 'DENIED', exitCode: 3 });
  });

  it('refuses an endpoint that is no URL', () => {
    expect(() => createCompute({ computeEndpoint: 'localhost' })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});
