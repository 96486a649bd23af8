import { describe, expect, it } from 'vitest';
import { readContents, tellsContents } from './installed-packages.js';
import { packageUrl } from './package-url.js';

const bytes = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));

describe(tellsContents, () => {
  it.each([
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d/base',
    'lib/apk/db/installed',
    'usr/lib/apk/db/installed',
    'etc/os-release',
    'usr/lib/os-release',
    'app/node_modules/left/package.json',
    'node_modules/@a/b/package.json',
    'node_modules/a/node_modules/b/package.json',
  ])('is true of %s', (path) => expect(tellsContents(path)).toBe(true));

  it.each([
    'package.json',
    'var/lib/dpkg/status-old',
    'var/lib/dpkg/status.d/base.md5sums',
    'node_modules/a/test/package.json',
    'node_modules/.package-lock.json',
  ])('is false of %s', (path) => expect(tellsContents(path)).toBe(false));
});

describe(readContents, () => {
  it('reads what dpkg has installed, and not what it has removed', () => {
    const status = `Package: tar
Status: install ok installed
Architecture: amd64
Version: 1.34+dfsg-1.2
Description: GNU version of the tar archiving utility
 Version: 9 is no field here

Package: gone
Status: deinstall ok config-files
Version: 1
`;
    const files = { 'var/lib/dpkg/status': status, 'var/lib/dpkg/status.d/tz': 'Package: tzdata\nVersion: 2024a\n' };
    expect(readContents(bytes(files)).packages).toEqual([
      { kind: 'deb', name: 'tar', version: '1.34+dfsg-1.2', architecture: 'amd64' },
      { kind: 'deb', name: 'tzdata', version: '2024a' },
    ]);
  });

  it('reads what apk has installed, Node modules and the system', () => {
    const files = {
      'lib/apk/db/installed': 'C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\n',
      'usr/lib/os-release': 'ID=wrong\n',
      'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\nPRETTY_NAME="Alpine Linux v3.20"\n',
      'app/node_modules/@a/b/package.json': '{"name": "@a/b", "version": "2.0.0", "license": "MIT"}',
      'app/node_modules/bad/package.json': '{"name": ',
      'app/node_modules/nameless/package.json': 'null',
    };
    expect(readContents(bytes(files))).toEqual({
      os: { id: 'alpine', versionId: '3.20.1', name: 'Alpine Linux v3.20' },
      packages: [
        { kind: 'apk', name: 'musl', version: '1.2.5-r0', architecture: 'x86_64', license: 'MIT' },
        { kind: 'npm', name: '@a/b', version: '2.0.0', license: 'MIT' },
      ],
    });
  });

  it('is empty for an image of nothing', () => expect(readContents(new Map())).toEqual({ packages: [] }));
});

describe(packageUrl, () => {
  const os = { id: 'debian', versionId: '12' };
  it.each([
    [
      { kind: 'deb', name: 'libstdc++6', version: '1:12-1', architecture: 'amd64' },
      os,
      'pkg:deb/debian/libstdc%2B%2B6@1:12-1?arch=amd64&distro=debian-12',
    ],
    [{ kind: 'apk', name: 'musl', version: '1' }, undefined, 'pkg:apk/alpine/musl@1'],
    [{ kind: 'npm', name: '@a/b', version: '1.0.0' }, os, 'pkg:npm/%40a/b@1.0.0'],
    [{ kind: 'npm', name: 'left', version: '1.0.0' }, os, 'pkg:npm/left@1.0.0'],
  ] as const)('of %j', (found, system, url) => expect(packageUrl(found, system)).toBe(url));
});
