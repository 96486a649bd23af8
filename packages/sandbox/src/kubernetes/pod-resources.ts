import type { Fields } from './kube-api.js';
import { addQuantities, compareQuantities } from './quantity.js';

/** Quantities by resource name: `cpu`, `memory`, `nvidia.com/gpu`. */
export type Amounts = Readonly<Record<string, string>>;

/**
 * What the containers of a pod ask for, or may take, together. Init containers run one after the other and before the
 * others, so the largest of them counts where it is more; those that restart always run beside all that come later.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function amountsOfContainers(spec: Fields, kind: 'requests' | 'limits'): Amounts {
  const amountsOf = (container: Fields): Amounts => container['resources']?.[kind] ?? {};
  let running = ((spec['containers'] ?? []) as Fields[]).map(amountsOf).reduce(sum, {});
  let sidecars: Amounts = {};
  let largest: Amounts = {};
  for (const container of (spec['initContainers'] ?? []) as Fields[]) {
    const together = sum(sidecars, amountsOf(container));
    if (container['restartPolicy'] === 'Always') {
      running = sum(running, amountsOf(container));
      sidecars = together;
    }
    largest = max(largest, together);
  }
  return max(running, largest);
}

/** Both together, name by name, in the form of the first. */
export function sum(a: Amounts, b: Amounts): Amounts {
  const total: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const before = total[name];
    total[name] = before === undefined ? amount : addQuantities(before, amount);
  }
  return total;
}

function max(a: Amounts, b: Amounts): Amounts {
  const most: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const before = most[name];
    if (before === undefined || compareQuantities(amount, before) > 0) most[name] = amount;
  }
  return most;
}
