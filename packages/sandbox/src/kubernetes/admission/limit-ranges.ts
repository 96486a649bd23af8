import type { PrepareContext } from '../defaults/prepare.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Amounts } from '../pod-resources.js';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills a new pod's resources from the namespace's limit ranges, in place, and notes on the pod what was filled in. */
export function applyLimitRanges(pod: KubeObject, { store }: PrepareContext): void {
  for (const range of store.list('limitranges.', pod.metadata.namespace ?? '')) {
    const items = ((range.spec?.['limits'] ?? []) as Fields[]).filter(({ type }) => type === 'Container');
    const defaults = {
      requests: Object.assign({}, ...items.map((item) => item['defaultRequest'])) as Amounts,
      limits: Object.assign({}, ...items.map((item) => item['default'])) as Amounts,
    };
    const { containers, initContainers } = pod.spec ?? {};
    const filled = [
      ...((containers ?? []) as Fields[]).flatMap((container) => fill(container, defaults, 'container')),
      ...((initContainers ?? []) as Fields[]).flatMap((container) => fill(container, defaults, 'init container')),
    ];
    if (filled.length === 0) continue;
    const note = `LimitRanger plugin set: ${filled.join('; ')}`;
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: note };
  }
}

/** What was filled in: `cpu, memory request for container main`. */
function fill(container: Fields, defaults: Record<'requests' | 'limits', Amounts>, what: string): string[] {
  const resources: Fields = (container['resources'] ??= {});
  return (['requests', 'limits'] as const).flatMap((member) => {
    const own: Amounts = resources[member] ?? {};
    const missing = Object.keys(defaults[member]).filter((name) => own[name] === undefined);
    if (missing.length === 0) return [];
    resources[member] = { ...own, ...Object.fromEntries(missing.map((name) => [name, defaults[member][name]])) };
    return [`${missing.sort().join(', ')} ${member.slice(0, -1)} for ${what} ${container['name']}`];
  });
}
