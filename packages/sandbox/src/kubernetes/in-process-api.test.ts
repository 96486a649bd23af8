import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInProcessApi } from './in-process-api.js';
import type { KubeObject, WatchEvent } from './kube-api.js';
import { createKubeServer } from './server.js';
import type { KubeServer } from './server.js';

const pods = { group: '', resource: 'pods' };
const maps = { group: '', resource: 'configmaps' };
const clock = { now: () => Date.UTC(2026, 0, 1), sleep: (): Promise<void> => new Promise(() => {}) };

function pod(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
}

function map(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: '1' } };
}

describe(createInProcessApi, () => {
  let server: KubeServer;
  beforeEach(() => {
    server = createKubeServer({ clock, newId: randomUUID });
  });
  afterEach(() => server.close());

  it('delivers what is there, then changes in order', async () => {
    server.api.create(maps, map('a'));
    const seen: string[] = [];
    const stop = server.api.watch(maps, ({ type, object }: WatchEvent) => {
      if (object.metadata.name !== 'kube-root-ca.crt') seen.push(`${type} ${object.metadata.name}`);
    });
    server.api.modify(maps, 'default', 'a', (draft) => void (draft['data'] = { a: '2' }));
    server.api.delete(maps, 'default', 'a');
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    server.api.create(maps, map('b'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it('writes nothing when nothing changes', () => {
    const { resourceVersion } = server.api.create(maps, map('a')).metadata;
    expect(server.api.modify(maps, 'default', 'a', () => {})?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('refuses a stale version', () => {
    const first = server.api.create(maps, map('a'));
    server.api.modify(maps, 'default', 'a', (draft) => void (draft['data'] = { a: '2' }));
    expect(() => server.api.update(maps, { ...first, data: { a: '3' } })).toThrow(
      expect.objectContaining({ code: 409 }),
    );
  });

  it('keeps a pod with a node until the kubelet deletes it with grace 0', () => {
    server.api.create(pods, pod('p'));
    server.api.modify(pods, 'default', 'p', (draft) => void (draft.spec = { ...draft.spec, nodeName: 'n' }));
    server.api.delete(pods, 'default', 'p');
    expect(server.api.get(pods, 'default', 'p')?.metadata.deletionGracePeriodSeconds).toBe(30);
    server.api.delete(pods, 'default', 'p', { gracePeriodSeconds: 0 });
    expect(server.api.get(pods, 'default', 'p')).toBeUndefined();
  });

  it('ends a namespace when its finalizer is taken away', () => {
    const namespaces = { group: '', resource: 'namespaces' };
    server.api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } });
    expect(server.api.get(maps, 'x', 'kube-root-ca.crt')).toBeDefined();
    server.api.delete(namespaces, undefined, 'x');
    expect(server.api.get(namespaces, undefined, 'x')?.status?.['phase']).toBe('Terminating');
    server.api.modify(namespaces, undefined, 'x', (draft) => void (draft.spec = { finalizers: [] }));
    expect(server.api.get(namespaces, undefined, 'x')).toBeUndefined();
  });

  it('lets status be written only through its subresource', () => {
    server.api.create(pods, pod('p'));
    const status = { phase: 'Running' };
    const main = server.api.modify(pods, 'default', 'p', (draft) => void (draft.status = status));
    expect(main?.status?.['phase']).toBe('Pending');
    const sub = server.api.modify(pods, 'default', 'p', (draft) => void (draft.status = status), {
      subresource: 'status',
    });
    expect(sub?.status?.['phase']).toBe('Running');
  });

  it('counts annotations of a Deployment in its generation, but not those written with its status', () => {
    const deployments = { group: 'apps', resource: 'deployments' };
    const labels = { app: 'a' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    server.api.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default' },
      spec: { selector: { matchLabels: labels }, template },
    });
    const annotate = (annotations: Record<string, string>, subresource?: 'status'): number | undefined =>
      server.api.modify(
        deployments,
        'default',
        'd',
        (draft) => void (draft.metadata.annotations = annotations),
        subresource === undefined ? {} : { subresource },
      )?.metadata.generation;
    expect(annotate({ revision: '1' }, 'status')).toBe(1);
    expect(annotate({ revision: '1', note: 'n' })).toBe(2);
  });
});
