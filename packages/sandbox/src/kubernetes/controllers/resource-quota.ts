import { isInScope, sumUsage, usageOf } from '../admission/quota-usage.js';
import type { CountedResource } from '../admission/quota-usage.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { keyOf, splitKey } from './object-key.js';
import { resources } from './resources.js';
import { writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';

/** Resources that quotas count by names of their own. */
const CORE = [
  resources.configMaps,
  resources.persistentVolumeClaims,
  resources.pods,
  resources.secrets,
  resources.services,
  { group: '', resource: 'replicationcontrollers' },
] as const;

/** Keeps `status.used` of ResourceQuotas. */
export const startResourceQuotaController: Controller = ({ api, clock, logger }) => {
  const quotas = resources.resourceQuotas;
  const queue = createWorkQueue({ name: 'resourcequota', clock, logger, sync });
  const watched = new Map<string, () => void>();
  for (const ref of CORE) watch(ref);
  const stop = api.watch(quotas, ({ type, object }) => {
    for (const ref of countedBy(object)) watch(ref);
    if (type !== 'MODIFIED') queueAll(object);
    if (type !== 'DELETED') queue.add(keyOf(object));
  });
  return () => {
    queue.stop();
    stop();
    for (const stopWatch of watched.values()) stopWatch();
  };

  function watch(ref: CountedResource): void {
    const key = `${ref.resource}.${ref.group}`;
    if (!watched.has(key))
      watched.set(
        key,
        api.watch(ref, ({ object }) => queueAll(object)),
      );
  }

  function queueAll({ metadata: { namespace = '' } }: KubeObject): void {
    for (const quota of api.list(quotas, { namespace })) queue.add(keyOf(quota));
  }

  function sync(key: string): void {
    const { namespace = '', name } = splitKey(key);
    const quota = api.get(quotas, namespace, name);
    if (quota === undefined) return;
    const hard: Fields = quota.spec?.['hard'] ?? {};
    const all = [...CORE, quotas, ...countedBy(quota)];
    const distinct = new Map(all.map((ref) => [`${ref.resource}.${ref.group}`, ref]));
    const usage = [...distinct.values()].flatMap((ref) =>
      api
        .list(ref, { namespace })
        .filter((object) => isInScope(quota, ref, object))
        .map((object) => usageOf(ref, object)),
    );
    const sum = sumUsage(usage);
    const used = Object.fromEntries(Object.keys(hard).map((what) => [what, sum[what] ?? '0']));
    writeStatus(api, quotas, quota, { hard, used }, MANAGER);
  }
};

/** Resources that a quota counts as `count/RESOURCE.GROUP`. */
function countedBy(quota: KubeObject): CountedResource[] {
  return Object.keys((quota.spec?.['hard'] ?? {}) as Fields).flatMap((name) => {
    const [, resource = '', group = ''] = /^count\/([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
    return resource === '' ? [] : [{ resource, group }];
  });
}
