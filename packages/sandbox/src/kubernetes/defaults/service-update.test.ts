import { describe, expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import type { Fields } from '../kube-api.js';
import { createTestApi, ManualClock } from '../nodes/testing.js';

/** The addresses of a Service before and after a client has changed its spec. */
function addressesOf(first: Fields, change: (spec: Fields) => void): readonly [Fields, Fields] {
  const api = createTestApi(new ManualClock());
  const addresses = ({ clusterIP, clusterIPs }: Fields = {}): Fields => ({ clusterIP, clusterIPs });
  const metadata = { name: 'web', namespace: 'test' };
  const spec = { ports: [{ port: 80 }], ...first };
  const before = api.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata, spec });
  const after = api.modify(resources.services, 'test', 'web', (service) => change(service.spec ?? {}));
  return [addresses(before.spec), addresses(after?.spec)];
}

const toExternalName = (spec: Fields): void => void Object.assign(spec, { type: 'ExternalName', externalName: 'a.b' });
const none = { clusterIP: undefined, clusterIPs: undefined };

describe('the address of a Service', () => {
  it('goes when it becomes a name', () => {
    expect(addressesOf({}, toExternalName)[1]).toEqual(none);
  });

  it('goes from the list too when a client that knows only the one clears it', () => {
    const [before, after] = addressesOf({ clusterIP: 'None' }, (spec) => {
      toExternalName(spec);
      delete spec['clusterIP'];
    });
    expect(before).toEqual({ clusterIP: 'None', clusterIPs: ['None'] });
    expect(after).toEqual(none);
  });

  it.each([
    ['left out', (spec: Fields) => void delete spec['clusterIP']],
    ['empty', (spec: Fields) => void (spec['clusterIP'] = '')],
    ['left out of the list', (spec: Fields) => void delete spec['clusterIPs']],
  ])('stays when it is %s', (_, change) => {
    const [before, after] = addressesOf({}, change);
    expect(after).toEqual(before);
  });
});
