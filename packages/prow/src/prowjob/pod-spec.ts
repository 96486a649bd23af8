import type { Container, PodSpec } from '../config/job-config.js';
import { formatQuantity } from './quantity.js';

type Fields = Readonly<Record<string, unknown>>;

// Go leaves these out when they are false; it keeps others, such as automountServiceAccountToken, whose default is true.
const OFF_BY_DEFAULT = new Set(['hostNetwork', 'hostPID', 'hostIPC', 'stdin', 'stdinOnce', 'tty', 'readOnly']);

/**
 * A pod spec as it looks after a way through Kubernetes' Go types: every container has a name and resources, amounts are in
 * their shortest form, variables without a value have no `value`.
 */
export function toPodSpec(spec: PodSpec): PodSpec {
  return {
    ...withoutOff(spec),
    ...(spec.containers && { containers: spec.containers.map(toContainer) }),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(toContainer) }),
    ...(spec.volumes && { volumes: spec.volumes.map(toVolume) }),
  };
}

/** Kubernetes' `ResourceRequirements` with amounts in their shortest form. */
export function toResources(resources: unknown): Fields {
  const { limits, requests, ...rest } = (resources ?? {}) as { limits?: Fields; requests?: Fields };
  return { ...rest, ...(limits && { limits: toAmounts(limits) }), ...(requests && { requests: toAmounts(requests) }) };
}

function toContainer(container: Container): Container {
  const { env, volumeMounts, ...rest } = withoutOff(container);
  return {
    ...rest,
    name: container.name ?? '',
    resources: toResources(container['resources']),
    ...(env && { env: env.map(({ value, ...variable }) => ({ ...variable, ...(value && { value }) })) }),
    ...(volumeMounts && { volumeMounts: volumeMounts.map(withoutOff) }),
  };
}

function withoutOff<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== false || !OFF_BY_DEFAULT.has(field)),
  ) as T;
}

function toVolume(volume: NonNullable<PodSpec['volumes']>[number]): typeof volume {
  const { emptyDir } = volume as { emptyDir?: Fields };
  if (emptyDir?.['sizeLimit'] === undefined) return volume;
  return { ...volume, emptyDir: { ...emptyDir, sizeLimit: formatQuantity(emptyDir['sizeLimit']) } };
}

function toAmounts(amounts: Fields): Fields {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, formatQuantity(amount)]));
}
