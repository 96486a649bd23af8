import type { Fields, KubeObject } from '../kube-api.js';
import {
  ageColumn,
  containerImages,
  containerNames,
  createdColumn,
  formatAge,
  formatDuration,
  formatLabels,
  formatSelector,
  nameColumn,
} from './columns.js';
import type { Column } from './columns.js';
import { podColumns } from './pods.js';

const text = (name: string, cell: (object: KubeObject, nowMs: number) => unknown): Column => ({ name, cell });
const number = (name: string, cell: (object: KubeObject) => unknown): Column => ({ name, type: 'integer', cell });
const wide = (name: string, cell: (object: KubeObject, nowMs: number) => unknown): Column => ({
  name,
  priority: 1,
  cell,
});

const workloadWide: readonly Column[] = [
  wide('Containers', ({ spec }) => containerNames(spec?.['template']?.spec)),
  wide('Images', ({ spec }) => containerImages(spec?.['template']?.spec)),
];
const selectorWide = wide('Selector', ({ spec }) => formatSelector(spec?.['selector']));
const statusNumber = (name: string, member: string): Column => number(name, ({ status }) => status?.[member] ?? 0);

function externalAddress({ spec = {}, status = {} }: KubeObject): string {
  const own: string[] = spec['externalIPs'] ?? [];
  if (spec['type'] === 'ExternalName') return spec['externalName'];
  if (spec['type'] === 'LoadBalancer') {
    const given = (status['loadBalancer']?.ingress ?? []).map(({ ip, hostname }: Fields) => ip ?? hostname);
    const all = [...given, ...own];
    return all.length > 0 ? all.join(',') : '<pending>';
  }
  return own.length > 0 ? own.join(',') : '<none>';
}

function ports({ spec = {} }: KubeObject): string {
  const list = (spec['ports'] ?? []).map(
    ({ port, nodePort, protocol }: Fields) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  );
  return list.join(',') || '<none>';
}

function jobStatus({ metadata, spec = {}, status = {} }: KubeObject): string {
  const has = (type: string): boolean =>
    (status['conditions'] ?? []).some((one: Fields) => one['type'] === type && one['status'] === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended') || spec['suspend'] === true) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completions({ spec = {}, status = {} }: KubeObject): string {
  if (spec['completions'] !== undefined) return `${status['succeeded'] ?? 0}/${spec['completions']}`;
  const parallelism = spec['parallelism'] ?? 0;
  return parallelism > 1 ? `${status['succeeded'] ?? 0}/1 of ${parallelism}` : `${status['succeeded'] ?? 0}/1`;
}

function jobDuration({ status = {} }: KubeObject, nowMs: number): string {
  if (status['startTime'] === undefined) return '';
  const end = status['completionTime'] === undefined ? nowMs : Date.parse(status['completionTime']);
  return formatDuration(end - Date.parse(status['startTime']));
}

function autoscalerTargets({ spec = {}, status = {} }: KubeObject): string {
  const metrics = metricsOf(spec);
  if (metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, 2).map((metric) => {
    const { name, target = {} } = (metric['resource'] ?? {}) as Fields;
    if (name === undefined) return '<unknown>';
    const current = ((status['currentMetrics'] ?? []) as Fields[]).find((one) => one['resource']?.name === name);
    const { averageUtilization, averageValue } = (current?.['resource']?.current ?? {}) as Fields;
    return target.averageUtilization === undefined
      ? `${name}: ${averageValue ?? '<unknown>'}/${target.averageValue ?? '<auto>'}`
      : `${name}: ${averageUtilization === undefined ? '<unknown>' : `${averageUtilization}%`}/${target.averageUtilization}%`;
  });
  return [shown.join(', '), ...(metrics.length > 2 ? [`+ ${metrics.length - 2} more...`] : [])].join(' ');
}

function metricsOf(spec: Fields): readonly Fields[] {
  const percentage: unknown = spec['targetCPUUtilizationPercentage'];
  if (percentage === undefined) return (spec['metrics'] ?? []) as Fields[];
  return [{ resource: { name: 'cpu', target: { averageUtilization: percentage } } }];
}

function nodeStatus({ spec = {}, status = {} }: KubeObject): string {
  const ready = (status['conditions'] ?? []).find((one: Fields) => one['type'] === 'Ready')?.status;
  const word = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
  return spec['unschedulable'] === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return (
    roles
      .map((key) => key.slice(prefix.length))
      .sort()
      .join(',') || '<none>'
  );
}

const nodeAddress =
  (type: string) =>
  ({ status = {} }: KubeObject): string =>
    (status['addresses'] ?? []).find((one: Fields) => one['type'] === type)?.address ?? '<none>';
const nodeInfo =
  (member: string) =>
  ({ status = {} }: KubeObject): string =>
    status['nodeInfo']?.[member] || '<unknown>';

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessModes = (modes: readonly string[] | undefined): string =>
  (modes ?? []).map((mode) => shortModes[mode] ?? mode).join(',');

function eventTimes(event: KubeObject): { first: string | null | undefined; last: string | null | undefined } {
  const time: string | undefined = event['eventTime'] ?? undefined;
  return {
    first: event['firstTimestamp'] ?? time,
    last: event['series']?.lastObservedTime ?? event['lastTimestamp'] ?? time,
  };
}

function eventSource(event: KubeObject): string {
  const { component = '', host = '' } = event['source'] ?? {};
  const named = component || event['reportingComponent'] || '';
  return host ? `${named}, ${host}` : named;
}

function rule({ spec = {} }: KubeObject): string {
  const hosts = (spec['rules'] ?? []).map(({ host }: Fields) => host).filter((host: unknown) => host);
  return hosts.slice(0, 3).join(',') + (hosts.length > 3 ? ` + ${hosts.length - 3} more...` : '') || '*';
}

const subjects =
  (kind: string) =>
  (binding: KubeObject): string =>
    (binding['subjects'] ?? [])
      .filter((one: Fields) => one['kind'] === kind)
      .map((one: Fields) => (kind === 'ServiceAccount' ? `${one['namespace'] ?? ''}/${one['name']}` : one['name']))
      .join(',');
const bindingColumns: readonly Column[] = [
  nameColumn,
  text('Role', (binding) => `${binding['roleRef']?.kind}/${binding['roleRef']?.name}`),
  ageColumn,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

function endpoints(object: KubeObject): string {
  const list = (object['subsets'] ?? []).flatMap(({ addresses = [], ports: open = [] }: Fields) =>
    addresses.flatMap(({ ip }: Fields) => (open.length === 0 ? [ip] : open.map(({ port }: Fields) => `${ip}:${port}`))),
  );
  if (list.length === 0) return '<none>';
  return list.slice(0, 3).join(',') + (list.length > 3 ? ` + ${list.length - 3} more...` : '');
}

/** Columns by where the objects are kept. Kinds without an entry show name and time of creation. */
const columns: Readonly<Record<string, readonly Column[]>> = {
  'pods.': podColumns,
  'deployments.apps': [
    nameColumn,
    text('Ready', ({ spec, status }) => `${status?.['readyReplicas'] ?? 0}/${spec?.['replicas'] ?? 0}`),
    // Numbers, but said to be strings.
    text('Up-to-date', ({ status }) => status?.['updatedReplicas'] ?? 0),
    text('Available', ({ status }) => status?.['availableReplicas'] ?? 0),
    ageColumn,
    ...workloadWide,
    selectorWide,
  ],
  'replicasets.apps': [
    nameColumn,
    number('Desired', ({ spec }) => spec?.['replicas'] ?? 0),
    statusNumber('Current', 'replicas'),
    statusNumber('Ready', 'readyReplicas'),
    ageColumn,
    ...workloadWide,
    selectorWide,
  ],
  'statefulsets.apps': [
    nameColumn,
    text('Ready', ({ spec, status }) => `${status?.['readyReplicas'] ?? 0}/${spec?.['replicas'] ?? 0}`),
    ageColumn,
    ...workloadWide,
  ],
  'daemonsets.apps': [
    nameColumn,
    statusNumber('Desired', 'desiredNumberScheduled'),
    statusNumber('Current', 'currentNumberScheduled'),
    statusNumber('Ready', 'numberReady'),
    statusNumber('Up-to-date', 'updatedNumberScheduled'),
    statusNumber('Available', 'numberAvailable'),
    text('Node Selector', ({ spec }) => formatLabels(spec?.['template']?.spec?.nodeSelector)),
    ageColumn,
    ...workloadWide,
    selectorWide,
  ],
  'jobs.batch': [
    nameColumn,
    text('Status', jobStatus),
    text('Completions', completions),
    text('Duration', jobDuration),
    ageColumn,
    ...workloadWide,
    selectorWide,
  ],
  'cronjobs.batch': [
    nameColumn,
    text('Schedule', ({ spec }) => spec?.['schedule']),
    text('Timezone', ({ spec }) => spec?.['timeZone'] ?? '<none>'),
    text('Suspend', ({ spec }) => (spec?.['suspend'] === true ? 'True' : 'False')),
    number('Active', ({ status }) => (status?.['active'] ?? []).length),
    text('Last Schedule', ({ status }, nowMs) =>
      status?.['lastScheduleTime'] === undefined ? '<none>' : formatAge(status['lastScheduleTime'], nowMs),
    ),
    ageColumn,
    wide('Containers', ({ spec }) => containerNames(spec?.['jobTemplate']?.spec?.template?.spec)),
    wide('Images', ({ spec }) => containerImages(spec?.['jobTemplate']?.spec?.template?.spec)),
    wide('Selector', ({ spec }) => formatSelector(spec?.['jobTemplate']?.spec?.selector)),
  ],
  'services.': [
    nameColumn,
    text('Type', ({ spec }) => spec?.['type']),
    text('Cluster-IP', ({ spec }) => spec?.['clusterIP'] || '<none>'),
    text('External-IP', externalAddress),
    text('Port(s)', ports),
    ageColumn,
    wide('Selector', ({ spec }) => formatLabels(spec?.['selector'])),
  ],
  'configmaps.': [
    nameColumn,
    text('Data', (map) => Object.keys(map['data'] ?? {}).length + Object.keys(map['binaryData'] ?? {}).length),
    ageColumn,
  ],
  'secrets.': [
    nameColumn,
    text('Type', (secret) => secret['type']),
    text('Data', (secret) => Object.keys(secret['data'] ?? {}).length),
    ageColumn,
  ],
  'serviceaccounts.': [nameColumn, text('Secrets', (account) => (account['secrets'] ?? []).length), ageColumn],
  'namespaces.': [nameColumn, text('Status', ({ status }) => status?.['phase']), ageColumn],
  'nodes.': [
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    ageColumn,
    text('Version', ({ status }) => status?.['nodeInfo']?.kubeletVersion ?? ''),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', nodeInfo('osImage')),
    wide('Kernel-Version', nodeInfo('kernelVersion')),
    wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
  ],
  events: [
    text('Last Seen', (event, nowMs) => formatAge(eventTimes(event).last, nowMs)),
    text('Type', (event) => event['type'] ?? ''),
    text('Reason', (event) => event['reason'] ?? ''),
    text(
      'Object',
      (event) => `${String(event['involvedObject']?.kind ?? '').toLowerCase()}/${event['involvedObject']?.name ?? ''}`,
    ),
    wide('Subobject', (event) => event['involvedObject']?.fieldPath ?? ''),
    wide('Source', eventSource),
    text('Message', (event) => String(event['message'] ?? '').trim()),
    wide('First Seen', (event, nowMs) => formatAge(eventTimes(event).first, nowMs)),
    wide('Count', (event) => event['series']?.count ?? (event['count'] || 1)),
    { ...wide('Name', ({ metadata }) => metadata.name), format: 'name' },
  ],
  'persistentvolumeclaims.': [
    nameColumn,
    text('Status', ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? status?.['phase'] : 'Terminating',
    ),
    text('Volume', ({ spec }) => spec?.['volumeName'] ?? ''),
    text('Capacity', ({ spec, status }) => (spec?.['volumeName'] ? (status?.['capacity']?.storage ?? '') : '')),
    text('Access Modes', ({ spec, status }) => (spec?.['volumeName'] ? accessModes(status?.['accessModes']) : '')),
    text('StorageClass', ({ spec }) => spec?.['storageClassName'] ?? ''),
    ageColumn,
    wide('VolumeMode', ({ spec }) => spec?.['volumeMode'] ?? '<unset>'),
  ],
  'ingresses.networking.k8s.io': [
    nameColumn,
    text('Class', ({ spec }) => spec?.['ingressClassName'] ?? '<none>'),
    text('Hosts', rule),
    text('Address', ({ status }) =>
      (status?.['loadBalancer']?.ingress ?? []).map(({ ip, hostname }: Fields) => ip ?? hostname).join(','),
    ),
    text('Ports', ({ spec }) => ((spec?.['tls'] ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'leases.coordination.k8s.io': [nameColumn, text('Holder', ({ spec }) => spec?.['holderIdentity'] ?? ''), ageColumn],
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
  'endpoints.': [nameColumn, text('Endpoints', endpoints), ageColumn],
  'endpointslices.discovery.k8s.io': [
    nameColumn,
    text('AddressType', (slice) => slice['addressType']),
    text('Ports', (slice) => (slice['ports'] ?? []).map(({ port }: Fields) => port ?? '*').join(',') || '<unset>'),
    text(
      'Endpoints',
      (slice) =>
        (slice['endpoints'] ?? [])
          .flatMap(({ addresses = [] }: Fields) => addresses)
          .slice(0, 3)
          .join(',') || '<unset>',
    ),
    ageColumn,
  ],
  'poddisruptionbudgets.policy': [
    nameColumn,
    text('Min Available', ({ spec }) => String(spec?.['minAvailable'] ?? 'N/A')),
    text('Max Unavailable', ({ spec }) => String(spec?.['maxUnavailable'] ?? 'N/A')),
    number('Allowed Disruptions', ({ status }) => status?.['disruptionsAllowed'] ?? 0),
    ageColumn,
  ],
  'horizontalpodautoscalers.autoscaling': [
    nameColumn,
    text('Reference', ({ spec }) => `${spec?.['scaleTargetRef']?.kind}/${spec?.['scaleTargetRef']?.name}`),
    text('Targets', autoscalerTargets),
    text('MinPods', ({ spec }) => String(spec?.['minReplicas'] ?? '<unset>')),
    text('MaxPods', ({ spec }) => spec?.['maxReplicas'] ?? 0),
    text('Replicas', ({ status }) => status?.['currentReplicas'] ?? 0),
    ageColumn,
  ],
  'storageclasses.storage.k8s.io': [
    nameColumn,
    text('Provisioner', (one) => one['provisioner']),
    text('ReclaimPolicy', (one) => one['reclaimPolicy']),
    text('VolumeBindingMode', (one) => one['volumeBindingMode']),
    text('AllowVolumeExpansion', (one) => one['allowVolumeExpansion'] === true),
    ageColumn,
  ],
  'priorityclasses.scheduling.k8s.io': [
    nameColumn,
    number('Value', (one) => one['value'] ?? 0),
    text('Global-Default', (one) => one['globalDefault'] === true),
    ageColumn,
  ],
  'networkpolicies.networking.k8s.io': [
    nameColumn,
    text('Pod-Selector', ({ spec }) => formatSelector(spec?.['podSelector'])),
    ageColumn,
  ],
  'resourcequotas.': [nameColumn, text('Request', () => ''), text('Limit', () => ''), ageColumn],
  'controllerrevisions.apps': [
    nameColumn,
    text('Controller', ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      return owner === undefined
        ? '<none>'
        : `${owner.kind.toLowerCase()}.${owner.apiVersion.split('/')[0]}/${owner.name}`;
    }),
    number('Revision', (one) => one['revision'] ?? 0),
    ageColumn,
  ],
};

/** Columns of a built-in kind. */
export function columnsOf(bucket: string): readonly Column[] {
  return columns[bucket] ?? [nameColumn, createdColumn];
}
