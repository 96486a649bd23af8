import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';
import { compareQuantities } from '../quantity.js';
import { labelFaults } from './names.js';

const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const PORT_RANGE = 'must be between 1 and 65535, inclusive';

/** Faults of a pod's spec below `path`. */
export function validatePodSpec(spec: Fields, path: string): FieldError[] {
  const faults: FieldError[] = [];
  const volumes = validateVolumes(spec['volumes'] ?? [], `${path}.volumes`, faults);
  const containers: Fields[] = spec['containers'] ?? [];
  const names = new Set<string>();
  if (containers.length === 0) faults.push(fault.required(`${path}.containers`));
  validateContainers(containers, `${path}.containers`, { volumes, names }, faults);
  validateContainers(spec['initContainers'] ?? [], `${path}.initContainers`, { volumes, names }, faults);
  if (!['Always', 'OnFailure', 'Never'].includes(spec['restartPolicy'])) {
    faults.push(fault.notSupported(`${path}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']));
  }
  if (!['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'].includes(spec['dnsPolicy'])) {
    const supported = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
    faults.push(fault.notSupported(`${path}.dnsPolicy`, spec['dnsPolicy'], supported));
  }
  const required = spec['affinity']?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution as Fields | undefined;
  if (required !== undefined && ((required['nodeSelectorTerms'] ?? []) as unknown[]).length === 0) {
    const at = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    faults.push(fault.required(at, 'must have at least one node selector term'));
  }
  const deadline = spec['activeDeadlineSeconds'];
  if (deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647)) {
    faults.push(
      fault.invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'),
    );
  }
  return faults;
}

/** Names of the volumes that are sound: of others the real server says too that what mounts them does not find them. */
function validateVolumes(volumes: readonly Fields[], path: string, faults: FieldError[]): Set<string> {
  const names = new Set<string>();
  volumes.forEach((volume, index) => {
    const found = volumeFaults(volume, `${path}[${index}]`, names);
    if (found.length === 0) names.add(volume['name']);
    faults.push(...found);
  });
  return names;
}

function volumeFaults(volume: Fields, at: string, names: ReadonlySet<string>): FieldError[] {
  const faults: FieldError[] = [];
  if (!volume['name']) faults.push(fault.required(`${at}.name`));
  else {
    for (const why of labelFaults(volume['name'])) faults.push(fault.invalid(`${at}.name`, volume['name'], why));
    if (names.has(volume['name'])) faults.push(fault.duplicate(`${at}.name`, volume['name']));
  }
  const order = (member: string): number => ['emptyDir', 'hostPath', ''].indexOf(member) >>> 0;
  const sources = Object.keys(volume)
    .filter((member) => member !== 'name')
    .sort((a, b) => order(a) - order(b));
  for (const extra of sources.slice(1)) {
    faults.push(fault.forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type'));
  }
  if (volume['configMap'] !== undefined && !volume['configMap'].name)
    faults.push(fault.required(`${at}.configMap.name`));
  if (sources[0] === 'secret' && !volume['secret'].secretName) faults.push(fault.required(`${at}.secret.secretName`));
  return faults;
}

interface Seen {
  readonly volumes: ReadonlySet<string>;
  readonly names: Set<string>;
}

function validateContainers(containers: readonly Fields[], path: string, seen: Seen, faults: FieldError[]): void {
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    const name: string = container['name'];
    if (!name) faults.push(fault.required(`${at}.name`));
    else {
      for (const why of labelFaults(name)) faults.push(fault.invalid(`${at}.name`, name, why));
      if (seen.names.has(name)) faults.push(fault.duplicate(`${at}.name`, name));
    }
    seen.names.add(name);
    if (!container['image']) faults.push(fault.required(`${at}.image`));
    validatePorts(container['ports'] ?? [], `${at}.ports`, faults);
    validateEnv(container['env'] ?? [], `${at}.env`, faults);
    (container['volumeMounts'] ?? []).forEach((mount: Fields, position: number) => {
      const where = `${at}.volumeMounts[${position}]`;
      if (!mount['name']) faults.push(fault.required(`${where}.name`));
      else if (!seen.volumes.has(mount['name'])) faults.push(fault.notFound(`${where}.name`, mount['name']));
      if (!mount['mountPath']) faults.push(fault.required(`${where}.mountPath`));
    });
    if (!['Always', 'IfNotPresent', 'Never'].includes(container['imagePullPolicy'])) {
      const supported = ['Always', 'IfNotPresent', 'Never'];
      faults.push(fault.notSupported(`${at}.imagePullPolicy`, container['imagePullPolicy'], supported));
    }
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (container[probe] !== undefined) faults.push(...probeFaults(container[probe] as Fields, `${at}.${probe}`));
    }
    validateResources(container['resources'] ?? {}, `${at}.resources`, faults);
  });
}

function probeFaults(probe: Fields, path: string): FieldError[] {
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((name) => probe[name] !== undefined);
  if (handlers.length === 0) return [fault.required(path, 'must specify a handler type')];
  return handlers
    .slice(1)
    .map((name) => fault.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'));
}

function validatePorts(ports: readonly Fields[], path: string, faults: FieldError[]): void {
  ports.forEach((port, index) => {
    const number = port['containerPort'];
    if (number === 0) faults.push(fault.required(`${path}[${index}].containerPort`));
    else if (!(number >= 1 && number <= 65_535)) {
      faults.push(fault.invalid(`${path}[${index}].containerPort`, number, PORT_RANGE));
    }
    if (!['TCP', 'UDP', 'SCTP'].includes(port['protocol'])) {
      faults.push(fault.notSupported(`${path}[${index}].protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
    }
  });
}

function validateEnv(env: readonly Fields[], path: string, faults: FieldError[]): void {
  env.forEach((variable, index) => {
    const at = `${path}[${index}]`;
    const name: string = variable['name'];
    if (!name) faults.push(fault.required(`${at}.name`));
    else if (!ENV_NAME.test(name)) {
      const why =
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not " +
        "start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is " +
        "'[-._a-zA-Z][-._a-zA-Z0-9]*')";
      faults.push(fault.invalid(`${at}.name`, name, why));
    }
    if (variable['valueFrom'] === undefined) return;
    if (variable['value']) {
      faults.push(fault.invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    }
    const sources = Object.keys(variable['valueFrom']).length;
    if (sources === 0)
      faults.push(
        fault.invalid(
          `${at}.valueFrom`,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        ),
      );
    if (sources > 1)
      faults.push(fault.invalid(`${at}.valueFrom`, '', 'may not have more than one field specified at a time'));
  });
}

function validateResources(resources: Fields, path: string, faults: FieldError[]): void {
  for (const [name, request] of Object.entries<string>(resources['requests'] ?? {})) {
    const limit = resources['limits']?.[name];
    if (limit !== undefined && compareQuantities(request, limit) > 0) {
      faults.push(fault.invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit`));
    }
  }
}

const MUTABLE =
  'pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, ' +
  '`spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)';

/** Tolerations may be added to a pod, not taken away. */
export function tolerationsChange(spec: Fields, live: Fields): FieldError[] {
  const same = (a: Fields, b: Fields): boolean =>
    ['key', 'operator', 'value', 'effect'].every((member) => a[member] === b[member]);
  const now = (spec['tolerations'] ?? []) as Fields[];
  const isKept = ((live['tolerations'] ?? []) as Fields[]).every((old) => now.some((one) => same(one, old)));
  const why = 'existing toleration can not be modified except its tolerationSeconds';
  return isKept ? [] : [fault.forbidden('spec.tolerations', why)];
}

/** What of a pod's spec may not change, or `undefined` when the change is allowed. */
export function podSpecChange(
  spec: Fields,
  live: Fields,
  isEqual: (a: unknown, b: unknown) => boolean,
): FieldError | undefined {
  for (const member of ['containers', 'initContainers']) {
    const [now, before] = [spec[member] ?? [], live[member] ?? []] as [unknown[], unknown[]];
    if (now.length !== before.length) {
      return fault.forbidden(`spec.${member}`, 'pod updates may not add or remove containers');
    }
  }
  const fixed = (one: Fields): Fields => ({
    ...one,
    containers: (one['containers'] ?? []).map((container: Fields) => ({ ...container, image: '' })),
    initContainers: (one['initContainers'] ?? []).map((container: Fields) => ({ ...container, image: '' })),
    ephemeralContainers: [],
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds:
      (live['terminationGracePeriodSeconds'] ?? 0) < 0 && one['terminationGracePeriodSeconds'] === 1
        ? live['terminationGracePeriodSeconds']
        : one['terminationGracePeriodSeconds'],
    schedulingGates: undefined,
    nodeName: undefined,
  });
  const nodeChanged = (live['nodeName'] ?? '') !== '' && live['nodeName'] !== spec['nodeName'];
  return nodeChanged || !isEqual(fixed(spec), fixed(live)) ? fault.forbidden('spec', MUTABLE) : undefined;
}
