import { isIP } from 'node:net';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { labelsFaults, selectorFaults } from './labels.js';
import { portNameFaults, subdomainFaults, wildcardFaults } from './names.js';

const PORT_RANGE = 'must be between 1 and 65535, inclusive';
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

/** Faults of a port given by number or name. */
function portFaults(value: unknown, path: string): FieldError[] {
  if (typeof value === 'string') return portNameFaults(value).map((why) => fault.invalid(path, value, why));
  return isPort(value) ? [] : [fault.invalid(path, value, PORT_RANGE)];
}

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** Faults of a Service. */
export function validateService({ spec = {} }: KubeObject, live?: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const ports = (spec['ports'] ?? []) as Fields[];
  const headless = spec['clusterIP'] === 'None';
  const type = spec['type'] as string;
  if (ports.length === 0 && !headless && type !== 'ExternalName') faults.push(fault.required('spec.ports'));
  if (type === 'ExternalName') {
    // A replacement that names the one address and not the list passes; the list is filled in where it is stored.
    const isNew = live === undefined;
    if ((isNew && spec['clusterIP']) || ((spec['clusterIPs'] ?? []) as string[]).length > 0) {
      faults.push(fault.forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    }
    if (spec['externalName']) {
      for (const why of subdomainFaults(String(spec['externalName']).replace(/\.$/, ''))) {
        faults.push(fault.invalid('spec.externalName', spec['externalName'], why));
      }
    } else faults.push(fault.required('spec.externalName'));
  }
  const names = new Set<string>();
  ports.forEach((port, index) => faults.push(...servicePortFaults(port, `spec.ports[${index}]`, { names, ports })));
  faults.push(...labelsFaults(spec['selector'] as Record<string, string> | undefined, 'spec.selector'));
  if (!['None', 'ClientIP'].includes(spec['sessionAffinity'] as string)) {
    faults.push(fault.notSupported('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']));
  }
  const addresses: readonly string[] = type === 'ExternalName' ? [] : (spec['clusterIPs'] ?? []);
  for (const [index, address] of addresses.entries()) {
    if (address !== 'None' && isIP(address) === 0) {
      const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
      faults.push(fault.invalid(`spec.clusterIPs[${index}]`, address, why));
    }
  }
  if (!SERVICE_TYPES.includes(type)) faults.push(fault.notSupported('spec.type', type, SERVICE_TYPES));
  return faults;
}

function servicePortFaults(
  port: Fields,
  path: string,
  { names, ports }: { readonly names: Set<string>; readonly ports: readonly Fields[] },
): FieldError[] {
  const faults: FieldError[] = [];
  const name = (port['name'] ?? '') as string;
  if (name === '' && ports.length > 1) faults.push(fault.required(`${path}.name`));
  if (name !== '') {
    if (names.has(name)) faults.push(fault.duplicate(`${path}.name`, name));
    names.add(name);
  }
  if (!isPort(port['port'])) faults.push(fault.invalid(`${path}.port`, port['port'], PORT_RANGE));
  if (!PROTOCOLS.includes(port['protocol'] as string)) {
    faults.push(fault.notSupported(`${path}.protocol`, port['protocol'], PROTOCOLS));
  }
  faults.push(...portFaults(port['targetPort'] ?? 0, `${path}.targetPort`));
  return faults;
}

/** Faults of an Ingress. */
export function validateIngress({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const rules = (spec['rules'] ?? []) as Fields[];
  if (rules.length === 0 && spec['defaultBackend'] === undefined) {
    faults.push(fault.invalid('spec', [], 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec['defaultBackend'] !== undefined) {
    faults.push(...backendFaults(spec['defaultBackend'] as Fields, 'spec.defaultBackend'));
  }
  rules.forEach((rule, index) => {
    const at = `spec.rules[${index}]`;
    const host = (rule['host'] ?? '') as string;
    if (host !== '') {
      if (isIP(host) !== 0) faults.push(fault.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'));
      const check = host.includes('*') ? wildcardFaults : subdomainFaults;
      for (const why of check(host)) faults.push(fault.invalid(`${at}.host`, host, why));
    }
    const http = rule['http'] as Fields | undefined;
    if (http === undefined) return;
    const paths = (http['paths'] ?? []) as Fields[];
    if (paths.length === 0) faults.push(fault.required(`${at}.http.paths`));
    paths.forEach((path, position) => faults.push(...ingressPathFaults(path, `${at}.http.paths[${position}]`)));
  });
  return faults;
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

function ingressPathFaults(path: Fields, at: string): FieldError[] {
  const faults: FieldError[] = [];
  const type = path['pathType'] as string | undefined;
  const text = (path['path'] ?? '') as string;
  if (!type) faults.push(fault.required(`${at}.pathType`, 'pathType must be specified'));
  else if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) faults.push(fault.invalid(`${at}.path`, text, 'must be an absolute path'));
    for (const bad of ['//', '/./', '/../', '%2f', '%2F'].filter((part) => text.includes(part))) {
      faults.push(fault.invalid(`${at}.path`, text, `must not contain '${bad}'`));
    }
  } else if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) {
      faults.push(fault.invalid(`${at}.path`, text, 'must be an absolute path'));
    }
  } else faults.push(fault.notSupported(`${at}.pathType`, type, PATH_TYPES));
  faults.push(...backendFaults((path['backend'] ?? {}) as Fields, `${at}.backend`));
  return faults;
}

function backendFaults(backend: Fields, path: string): FieldError[] {
  const service = backend['service'] as Fields | undefined;
  const hasResource = backend['resource'] !== undefined;
  if (hasResource && service !== undefined) {
    return [fault.invalid(path, '', 'cannot set both resource and service backends')];
  }
  if (hasResource) return [];
  if (service === undefined) return [fault.required(path, 'resource or service backend is required')];
  const faults: FieldError[] = [];
  if (!service['name']) faults.push(fault.required(`${path}.service.name`));
  const { name = '', number = 0 } = (service['port'] ?? {}) as { name?: string; number?: number };
  const at = `${path}.service.port`;
  if (name !== '' && number !== 0) faults.push(fault.invalid(path, '', 'cannot set both port name & port number'));
  else if (name !== '') {
    for (const why of portNameFaults(name)) faults.push(fault.invalid(`${at}.name`, name, why));
  } else if (number === 0) {
    faults.push(fault.required(path, 'port name or number is required'));
  } else if (!isPort(number)) faults.push(fault.invalid(`${at}.number`, number, PORT_RANGE));
  return faults;
}

/** Faults of a NetworkPolicy. */
export function validateNetworkPolicy({ spec = {} }: KubeObject): FieldError[] {
  const faults = selectorFaults(spec['podSelector'] as Fields | undefined, 'spec.podSelector');
  for (const [member, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    ((spec[member] ?? []) as Fields[]).forEach((rule, index) => {
      const at = `spec.${member}[${index}]`;
      ((rule['ports'] ?? []) as Fields[]).forEach((port, position) => {
        const where = `${at}.ports[${position}]`;
        if (!PROTOCOLS.includes((port['protocol'] ?? 'TCP') as string)) {
          faults.push(fault.notSupported(`${where}.protocol`, port['protocol'], PROTOCOLS));
        }
        if (port['port'] !== undefined) faults.push(...portFaults(port['port'], `${where}.port`));
      });
      ((rule[peers] ?? []) as Fields[]).forEach((peer, position) => {
        faults.push(...peerFaults(peer, `${at}.${peers}[${position}]`));
      });
    });
  }
  const types = (spec['policyTypes'] ?? []) as string[];
  if (types.length > 2)
    return [...faults, fault.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  types.forEach((type, index) => {
    if (!['Ingress', 'Egress'].includes(type)) {
      faults.push(fault.notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']));
    }
  });
  return faults;
}

function peerFaults(peer: Fields, path: string): FieldError[] {
  const faults: FieldError[] = [];
  for (const member of ['podSelector', 'namespaceSelector']) {
    if (peer[member] !== undefined) faults.push(...selectorFaults(peer[member] as Fields, `${path}.${member}`));
  }
  const block = peer['ipBlock'] as Fields | undefined;
  if (block === undefined) {
    if (Object.keys(peer).length === 0) faults.push(fault.required(path, 'must specify a peer'));
    return faults;
  }
  if (Object.keys(peer).length > 1) faults.push(fault.forbidden(path, 'may not specify both ipBlock and another peer'));
  const cidr = (block['cidr'] ?? '') as string;
  if (cidr === '') faults.push(fault.required(`${path}.ipBlock.cidr`));
  else if (!isCidr(cidr)) faults.push(fault.invalid(`${path}.ipBlock.cidr`, cidr, 'not a valid CIDR'));
  ((block['except'] ?? []) as string[]).forEach((except, index) => {
    if (!isCidr(except)) faults.push(fault.invalid(`${path}.ipBlock.except[${index}]`, except, 'not a valid CIDR'));
  });
  return faults;
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return rest.length === 0 && version !== 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
