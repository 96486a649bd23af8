import { describe, expect, it } from 'vitest';
import { manifestFaults } from './manifest.js';
import type { Manifest, Package } from './workspace.js';

const manifest: Manifest = {
  name: '@seatrial/probe',
  version: '0.2.0',
  license: 'Apache-2.0',
  description: 'Looks whether all is well.',
  keywords: ['a', 'b', 'c'],
  type: 'module',
  sideEffects: ['./bin.js'],
  engines: { node: '>=20.19' },
  repository: { type: 'git', url: 'git+https://github.com/seatrial/seatrial.git', directory: 'packages/probe' },
  homepage: 'https://github.com/seatrial/seatrial/tree/main/packages/probe#readme',
  bugs: { url: 'https://github.com/seatrial/seatrial/issues' },
  exports: {
    '.': { '@seatrial/source': './src/index.ts', types: './a.d.ts', default: './a.js' },
    './p.json': './p.json',
  },
  bin: { probe: './bin.js' },
  publishConfig: { access: 'public', provenance: true },
};
const faultsOf = (changes: Partial<Manifest>) => {
  const probe: Package = { id: 'probe', folder: 'packages/probe', manifest: { ...manifest, ...changes } };
  return manifestFaults(probe, [probe]);
};

describe(manifestFaults, () => {
  it('finds nothing where all is said', () => {
    expect(faultsOf({ dependencies: { '@seatrial/probe': '^0.2.0', other: '^1.0.0' } })).toEqual([]);
  });

  it.each<[string, Partial<Manifest>, string]>([
    [
      'another folder',
      { repository: { ...manifest.repository, directory: 'x' } },
      'repository.directory must be packages/probe',
    ],
    ['no provenance', { publishConfig: { access: 'public' } }, 'publishConfig.provenance must be true'],
    ['an older Node', { engines: { node: '>=18' } }, 'engines.node must be >=20.19'],
    ['a path without types', { exports: { '.': { default: './a.js' } } }, 'exports: . must be types first'],
    ['any version of a sibling', { dependencies: { '@seatrial/probe': '*' } }, '@seatrial/probe has no range: *'],
    ['an old sibling', { dependencies: { '@seatrial/probe': '^0.1.0' } }, 'leaves out 0.2.0'],
  ])('finds %s', (_what, changes, fault) => {
    expect(faultsOf(changes)).toEqual([expect.stringContaining(fault)]);
  });
});
