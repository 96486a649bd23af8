import type { InstalledPackage, OperatingSystem } from './installed-packages.js';

/**
 * The address by which scanners know a package: `pkg:deb/debian/tar@1.34?arch=amd64&distro=debian-12`.
 *
 * @see https://github.com/package-url/purl-spec
 */
export function packageUrl({ kind, name, version, architecture }: InstalledPackage, os?: OperatingSystem): string {
  const [scope, bare] = name.startsWith('@') && name.includes('/') ? name.split('/', 2) : [undefined, name];
  const namespace = kind === 'npm' ? scope : (os?.id ?? (kind === 'deb' ? 'debian' : 'alpine'));
  const path = [namespace, bare].filter((part) => part !== undefined).map(encode);
  const qualifiers = [
    architecture === undefined ? '' : `arch=${encode(architecture)}`,
    kind === 'npm' || os === undefined
      ? ''
      : `distro=${encode(os.id)}${os.versionId === undefined ? '' : `-${encode(os.versionId)}`}`,
  ].filter((part) => part !== '');
  const query = qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`;
  return `pkg:${kind}/${path.join('/')}@${encode(version)}${query}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}
