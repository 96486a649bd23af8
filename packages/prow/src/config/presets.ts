import { isDeepStrictEqual } from 'node:util';
import type { Container, JobBase, PodSpec } from './job-config.js';
import type { Preset } from './raw-config.js';

/** Whether a preset is for a job: all its labels are the job's. One without labels is for every job with a pod. */
export function presetApplies({ labels = {} }: Preset, job: Pick<JobBase, 'labels'>): boolean {
  return Object.entries(labels).every(([key, value]) => job.labels?.[key] === value);
}

/**
 * Adds a preset to a pod: variables and mounts to every container, volumes and tolerations to the pod.
 *
 * What is there already under the same name is a clash; all of them are told, and nothing of them is added.
 */
export function applyPreset(preset: Preset, spec: PodSpec, onClash: (message: string) => void): PodSpec {
  const { volumes = [], tolerations = [] } = preset;
  const addNamed = <Item extends { readonly name: string }>(
    what: string,
    present: readonly Item[] | undefined,
    more: readonly Item[] | undefined,
  ): readonly Item[] | undefined => {
    if (more === undefined || more.length === 0) return present;
    const seen = new Set(present?.map(({ name }) => name));
    // One that the preset itself has twice is there already the second time.
    const clashing = more.filter(({ name }) => seen.size === seen.add(name).size);
    for (const { name } of clashing)
      onClash(`a preset has the ${what} ${JSON.stringify(name)}, which is there already`);
    return [...(present ?? []), ...more.filter((item) => !clashing.includes(item))];
  };
  for (const toleration of tolerations) {
    if (spec.tolerations?.some((one) => isDeepStrictEqual(one, toleration))) {
      onClash(`a preset has the toleration ${JSON.stringify(toleration)}, which is there already`);
    }
  }
  const allVolumes = addNamed('volume', spec.volumes, volumes);
  return {
    ...spec,
    ...(spec.containers && {
      containers: spec.containers.map((container): Container => {
        const env = addNamed('variable', container.env, preset.env);
        const volumeMounts = addNamed('mount', container.volumeMounts, preset.volumeMounts);
        return { ...container, ...(env && { env }), ...(volumeMounts && { volumeMounts }) };
      }),
    }),
    ...(allVolumes && { volumes: allVolumes }),
    ...(tolerations.length > 0 && { tolerations: [...(spec.tolerations ?? []), ...tolerations] }),
  };
}

/** Pairs of label and value that stand in two presets: nobody could say which one a job means. */
export function findDuplicateLabels(
  presets: readonly Preset[],
): readonly { readonly at: number; readonly pair: string }[] {
  const seen = new Set<string>();
  return presets.flatMap(({ labels = {} }, at) =>
    Object.entries(labels).flatMap(([key, value]) => {
      const pair = `${key}: ${value}`;
      if (seen.has(pair)) return [{ at, pair }];
      seen.add(pair);
      return [];
    }),
  );
}
