import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../clock.js';
import { resources } from '../kubernetes/controllers/resources.js';
import { startControllers } from '../kubernetes/controllers/controllers.js';
import { createKubeServer } from '../kubernetes/server.js';
import { createStorageClasses } from '../sandbox/storage-classes.js';
import { startCloudController } from './cloud-controller.js';
import { createComputeStore } from './compute-store.js';

const id = 'a7f64acd4c4d494ec'.padEnd(64, '0');
const cluster = { project: 'p', location: 'us-east1-b', name: 'trial', id, nodes: ['gke-trial-default-1-a'] };

function start() {
  let last = 0;
  const newId = () => `00000000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`;
  const shared = { clock: systemClock, newId, logger: silentLogger };
  const server = createKubeServer({
    ...shared,
    version: 'v1.34.1',
    podRuntime: { logs: async () => new Response().body! },
  } as never);
  const stopOwn = startControllers({ api: server.api, ...shared });
  const store = createComputeStore({ clock: systemClock });
  const stopCloud = startCloudController({ api: server.api, store, cluster });
  const list = (collection: 'disks' | 'firewalls' | 'forwardingRules' | 'targetPools') =>
    store.list({ project: 'p', collection }).map(({ ref, resource }) => ({ scope: ref.scope, ...resource }));
  const end = () => {
    stopCloud();
    stopOwn();
    server.close();
  };
  return { api: server.api, list, end };
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
};

describe(startCloudController, () => {
  it('makes of a Service of type LoadBalancer a forwarding rule, its target pool and a firewall rule', async () => {
    const { api, list, end } = start();
    const { metadata } = api.create(resources.services, structuredClone(service), { manager: 'test' });
    const name = `a${metadata.uid?.replaceAll('-', '')}`.slice(0, 32);
    const description = '{"kubernetes.io/service-name":"default/web"}';
    await expect.poll(() => list('forwardingRules')).toMatchObject([{ scope: 'regions/us-east1', name, description }]);
    expect(list('targetPools')).toMatchObject([{ name, selfLink: list('forwardingRules')[0]?.target }]);
    expect(list('firewalls')).toMatchObject([
      { scope: 'global', name: `k8s-fw-${name}`, targetTags: ['gke-trial-a7f64acd-node'] },
    ]);
    const status = api.get(resources.services, 'default', 'web')?.status;
    expect(status?.['loadBalancer'].ingress).toMatchObject([{ ip: expect.stringMatching(/^203\.0\.113\.\d+$/) }]);
    api.delete(resources.services, 'default', 'web');
    await expect.poll(() => [...list('forwardingRules'), ...list('targetPools'), ...list('firewalls')]).toEqual([]);
    end();
  });

  it('makes nothing of other Services', async () => {
    const { api, list, end } = start();
    api.create(resources.services, { ...service, spec: { ports: [{ port: 80 }] } }, { manager: 'test' });
    const other = { ...structuredClone(service), metadata: { name: 'other', namespace: 'default' } };
    api.create(resources.services, other, { manager: 'test' });
    // Changes arrive in their order: when the second is there, the first is past.
    await expect.poll(() => list('forwardingRules')).toHaveLength(1);
    expect(list('forwardingRules')[0]?.description).toContain('default/other');
    end();
  });

  it('makes a disk of a claim, labelled with the cluster, and leaves it when it stops', async () => {
    const { api, list, end } = start();
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } };
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec,
    };
    createStorageClasses(api);
    api.create(resources.persistentVolumeClaims, claim, { manager: 'test' });
    await expect.poll(() => list('disks')).toHaveLength(1);
    expect(list('disks')[0]).toMatchObject({
      scope: 'zones/us-east1-b',
      sizeGb: '5',
      labels: {
        'goog-k8s-cluster-name': 'trial',
        'goog-k8s-cluster-location': 'us-east1-b',
        'goog-gke-cluster-id-base32': expect.stringMatching(/^u73evt[a-z2-7]{46}$/),
      },
    });
    end();
    expect(list('disks')).toHaveLength(1);
  });
});
