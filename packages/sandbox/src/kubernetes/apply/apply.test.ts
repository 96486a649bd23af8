import { describe, expect, it } from 'vitest';
import type { Fields, KubeObject } from '../kube-api.js';
import { ResourceRegistry } from '../resources.js';
import { applyConfiguration } from './apply.js';

const resource = new ResourceRegistry().ofKind('v1', 'Service');
if (resource === undefined) throw new Error('Services are not served');

const service = (ports: readonly Fields[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'test', labels: { app: 'web' } },
  spec: { ports },
});
const http = { name: 'http', port: 80, protocol: 'TCP' };
const https = { name: 'https', port: 443, protocol: 'TCP' };
const byPort = (port: number): string => `k:{"port":${port},"protocol":"TCP"}`;

/** As kubectl leaves it when it turns the entry of its client-side apply, which names parents, into one of its own. */
const taken: Fields = {
  manager: 'kubectl',
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  time: '2026-01-01T00:00:00Z',
  fieldsV1: {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {}, 'f:old': {} } },
    'f:spec': {
      'f:ports': {
        '.': {},
        [byPort(80)]: { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
        [byPort(443)]: { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
      },
    },
  },
};

describe(applyConfiguration, () => {
  it('keeps what the configuration names where the manager owned the parents too, and drops the rest', () => {
    const { metadata, ...rest } = service([http, https]);
    const live = {
      ...rest,
      metadata: { ...metadata, labels: { app: 'web', old: 'x' }, managedFields: [taken] },
    } as KubeObject;
    const time = '2026-01-01T00:00:01Z';
    const { object } = applyConfiguration(resource, live, service([http]), { manager: 'kubectl', force: true, time });
    expect(object.spec).toEqual({ ports: [http] });
    expect(object.metadata.labels).toEqual({ app: 'web' });
  });

  it('takes an element away with whoever owned it as a whole, and from those who owned some of it', () => {
    const { metadata, ...rest } = service([http, https]);
    const painter = { ...taken, manager: 'painter', operation: 'Update' };
    const name = { ...painter, fieldsV1: { 'f:spec': { 'f:ports': { [byPort(443)]: { 'f:name': {} } } } } };
    const live = { ...rest, metadata: { ...metadata, managedFields: [taken, name] } } as KubeObject;
    const time = '2026-01-01T00:00:01Z';
    const { object, managed } = applyConfiguration(resource, live, service([http]), {
      manager: 'kubectl',
      force: false,
      time,
    });
    expect(object.spec).toEqual({ ports: [http] });
    expect(managed.map(({ manager }) => manager)).toEqual(['kubectl']);
  });
});
