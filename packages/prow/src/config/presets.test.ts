import { describe, expect, it } from 'vitest';
import type { PodSpec } from './job-config.js';
import { applyPreset, findDuplicateLabels, presetApplies } from './presets.js';
import type { Preset } from './raw-config.js';

describe(presetApplies, () => {
  it.each([
    [{}, true],
    [{ a: '1' }, true],
    [{ a: '2' }, false],
    [{ a: '1', c: '1' }, false],
  ])('with the labels %j: %s', (labels, applies) => {
    expect(presetApplies({ labels }, { labels: { a: '1', b: '1' } })).toBe(applies);
  });
});

describe(applyPreset, () => {
  const env = [{ name: 'A', value: '1' }];
  const mount = { name: 'v', mountPath: '/v' };
  const spec = { initContainers: [{ name: 'i' }], containers: [{ name: 'c' }, { name: 'd' }] };
  const clashesOf = (preset: Preset, pod: PodSpec) => {
    const clashes: string[] = [];
    applyPreset(preset, pod, (message) => clashes.push(message));
    return clashes;
  };

  it('adds to all containers but not to init containers, and to the pod', () => {
    const preset = {
      env,
      volumeMounts: [mount],
      volumes: [{ name: 'v' }],
      tolerations: [{ key: 'k' }],
    };
    const more = { env, volumeMounts: preset.volumeMounts };
    expect(applyPreset(preset, spec, expect.unreachable)).toEqual({
      initContainers: [{ name: 'i' }],
      containers: [
        { name: 'c', ...more },
        { name: 'd', ...more },
      ],
      volumes: preset.volumes,
      tolerations: preset.tolerations,
    });
  });

  it.each<[what: string, preset: Preset, pod: PodSpec]>([
    ['variable', { env }, { containers: [{ env }] }],
    ['variable', { env: [...env, ...env] }, { containers: [{}] }],
    ['volume', { volumes: [{ name: 'v' }] }, { volumes: [{ name: 'v' }] }],
    ['mount', { volumeMounts: [mount] }, { containers: [{ volumeMounts: [mount] }] }],
    ['toleration', { tolerations: [{ key: 'k' }] }, { tolerations: [{ key: 'k' }] }],
  ])('tells a clash of a %s', (what, preset, pod) => {
    expect(clashesOf(preset, pod)).toEqual([expect.stringContaining(what)]);
  });
});

describe(findDuplicateLabels, () => {
  it('finds a pair that stands in two presets', () => {
    const presets: readonly Preset[] = [{ labels: { a: '1' } }, { labels: { a: '2' } }, { labels: { b: '1', a: '1' } }];
    expect(findDuplicateLabels(presets)).toEqual([{ at: 2, pair: 'a: 1' }]);
  });
});
