import { describe, expect, it } from 'vitest';
import { formatProvenance } from './provenance.js';
import { formatSbom } from './sbom.js';

const subject = {
  image: 'gcr.io/team/app:v1',
  digest: `sha256:${'ab'.repeat(32)}`,
  createdMs: Date.parse('2026-01-02T03:04:05Z'),
};
const contents = {
  os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12' },
  packages: [
    { kind: 'deb', name: 'tar', version: '1.34', architecture: 'amd64' },
    { kind: 'npm', name: 'left', version: '1.0.0', license: 'MIT' },
  ],
} as const;

describe(formatSbom, () => {
  it('is CycloneDX 1.6 of image, system and packages', async () => {
    expect(JSON.parse(await formatSbom(subject, contents))).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: 'urn:uuid:abababab-abab-8bab-8bab-abababababab',
      metadata: {
        timestamp: '2026-01-02T03:04:05.000Z',
        component: { type: 'container', name: subject.image, version: subject.digest },
      },
      components: [
        { type: 'operating-system', name: 'debian', version: '12' },
        { type: 'library', name: 'tar', version: '1.34', purl: 'pkg:deb/debian/tar@1.34?arch=amd64&distro=debian-12' },
        {
          type: 'library',
          name: 'left',
          version: '1.0.0',
          purl: 'pkg:npm/left@1.0.0',
          licenses: [{ license: { name: 'MIT' } }],
        },
      ],
    });
  });

  it('is the same text each time', async () => {
    const reversed = { ...contents, packages: [...contents.packages].reverse() };
    expect(await formatSbom(subject, reversed)).toBe(await formatSbom(subject, contents));
  });
});

describe(formatProvenance, () => {
  it('tells of each subject what commit and builder it came from', () => {
    const facts = {
      subjects: [{ name: 'gcr.io/team/app', sha256: 'ab' }],
      commit: 'c'.repeat(40),
      tag: 'v1',
      builder: 'docker',
      source: { committedMs: 0, url: 'https://git.example/a/b' },
    };
    expect(JSON.parse(formatProvenance(facts))).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'gcr.io/team/app', digest: { sha256: 'ab' } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: { repository: 'git+https://git.example/a/b', revision: facts.commit, tag: 'v1' },
          resolvedDependencies: [{ uri: 'git+https://git.example/a/b', digest: { gitCommit: facts.commit } }],
        },
        runDetails: { builder: { id: expect.stringContaining('/builders/docker/') as string } },
      },
    });
    const { source: _source, ...local } = facts;
    expect(formatProvenance(local)).not.toContain('git+');
  });
});
