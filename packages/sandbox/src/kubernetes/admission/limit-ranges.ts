import type { PrepareContext } from '../defaults/prepare.js';
import type { Fields, KubeObject } from '../kube-api.js';

/** Fills a new pod's resources from the namespace's limit ranges, in place. */
export function applyLimitRanges(pod: KubeObject, { store }: PrepareContext): void {
  const ranges = store.list('limitranges.', pod.metadata.namespace ?? '');
  for (const range of ranges) {
    for (const item of range.spec?.['limits'] ?? []) {
      if (item.type !== 'Container') continue;
      const { containers = [], initContainers = [] } = pod.spec ?? {};
      for (const container of [...containers, ...initContainers] as Fields[]) fill(container, item);
    }
  }
}

function fill(container: Fields, item: Fields): void {
  const resources = (container['resources'] ??= {});
  for (const [member, defaults] of [
    ['limits', item['default']],
    ['requests', item['defaultRequest']],
  ] as const) {
    for (const [name, quantity] of Object.entries<string>(defaults ?? {})) {
      resources[member] ??= {};
      resources[member][name] ??=
        member === 'requests'
          ? resources['limits']?.[name] !== undefined && item['default']?.[name] === undefined
            ? resources['limits'][name]
            : quantity
          : quantity;
    }
  }
}
