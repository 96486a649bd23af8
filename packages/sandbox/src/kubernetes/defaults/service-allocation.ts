import { fault, invalid } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { ObjectStore } from '../store.js';

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;
const RESERVED = 10; // low addresses are left to those who ask for one

/** Gives a service its addresses in 10.96.0.0/16 and node ports, in place. @throws {ApiError} 422 when one is taken */
export function allocateService(object: KubeObject, store: ObjectStore): void {
  const spec = object.spec ?? {};
  if (spec['type'] === 'ExternalName') {
    for (const member of ['ipFamilies', 'ipFamilyPolicy']) delete spec[member];
    return;
  }
  const others = store.list('services.').filter((other) => other.metadata.uid !== object.metadata.uid);
  allocateAddress(object, spec, others);
  if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') allocatePorts(object, spec, others);
  else for (const port of spec['ports'] ?? []) delete port.nodePort;
}

function allocateAddress(object: KubeObject, spec: Fields, others: readonly KubeObject[]): void {
  if (spec['clusterIP'] === undefined && spec['clusterIPs']?.[0] !== undefined)
    spec['clusterIP'] = spec['clusterIPs'][0];
  const taken = new Set(others.map((other) => other.spec?.['clusterIP']));
  if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') {
    spec['clusterIP'] = freeAddress(taken);
  } else if (spec['clusterIP'] !== 'None' && taken.has(spec['clusterIP'])) {
    const why = 'failed to allocate IP: provided IP is already allocated';
    throw invalid({ group: '', kind: 'Service' }, object.metadata.name ?? '', [
      fault.invalid('spec.clusterIPs', [spec['clusterIP']], `${why}`),
    ]);
  }
  spec['clusterIPs'] ??= [spec['clusterIP']];
  if (spec['ipFamilies'] === undefined) spec['ipFamilies'] = ['IPv4'];
  if (spec['ipFamilyPolicy'] === undefined) spec['ipFamilyPolicy'] = 'SingleStack';
}

function freeAddress(taken: ReadonlySet<unknown>): string {
  for (let index = RESERVED; index < 65_534; index += 1) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!taken.has(address)) return address;
  }
  throw invalid({ group: '', kind: 'Service' }, '', [fault.invalid('spec.clusterIPs', null, 'range is full')]);
}

function allocatePorts(object: KubeObject, spec: Fields, others: readonly KubeObject[]): void {
  const taken = new Set<number>(
    others.flatMap((other) => (other.spec?.['ports'] ?? []).map((port: Fields) => port['nodePort'])),
  );
  const mine = new Set<number>();
  (spec['ports'] ?? []).forEach((port: Fields, index: number) => {
    if (port['nodePort'] === undefined || port['nodePort'] === 0) {
      let free = FIRST_NODE_PORT;
      while (taken.has(free) || mine.has(free)) free += 1;
      port['nodePort'] = free;
    } else if (taken.has(port['nodePort'])) {
      const error = fault.invalid(
        `spec.ports[${index}].nodePort`,
        port['nodePort'],
        'provided port is already allocated',
      );
      throw invalid({ group: '', kind: 'Service' }, object.metadata.name ?? '', [error]);
    } else if (port['nodePort'] < FIRST_NODE_PORT || port['nodePort'] > LAST_NODE_PORT) {
      const why = 'provided port is not in the valid range. The range of valid ports is 30000-32767';
      throw invalid({ group: '', kind: 'Service' }, object.metadata.name ?? '', [
        fault.invalid(`spec.ports[${index}].nodePort`, port['nodePort'], why),
      ]);
    }
    mine.add(port['nodePort']);
  });
}
