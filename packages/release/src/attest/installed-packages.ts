/** A package that an image holds. */
export interface InstalledPackage {
  readonly kind: 'deb' | 'apk' | 'npm';
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** As the package names it. */
  readonly license?: string;
}

/** The system that an image is made of. */
export interface OperatingSystem {
  /** Such as `debian`. */
  readonly id: string;
  readonly versionId?: string;
  readonly name?: string;
}

/** What was found in an image. */
export interface ImageContents {
  readonly os?: OperatingSystem;
  /** In order of kind, name and version; each once. */
  readonly packages: readonly InstalledPackage[];
}

const DPKG = /^var\/lib\/dpkg\/status(?:\.d\/[^/]+)?$/;
const APK = /^(?:usr\/)?lib\/apk\/db\/installed$/;
const OS_RELEASE = /^(?:usr\/lib|etc)\/os-release$/;
const NPM = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@][^/]*\/package\.json$/;

/** Whether {@link readContents} looks into a file. Distroless images have one file for each package in `status.d`. */
export function tellsContents(path: string): boolean {
  return (DPKG.test(path) && !path.endsWith('.md5sums')) || APK.test(path) || OS_RELEASE.test(path) || NPM.test(path);
}

/** Reads the databases of dpkg and apk, `os-release` and the `package.json` of Node modules. What cannot be read is left out. */
export function readContents(files: ReadonlyMap<string, Uint8Array>): ImageContents {
  const packages = new Map<string, InstalledPackage>();
  let os: OperatingSystem | undefined;
  for (const [path, bytes] of files) {
    const text = Buffer.from(bytes).toString('utf8');
    const found = DPKG.test(path)
      ? parseDpkg(text)
      : APK.test(path)
        ? parseApk(text)
        : NPM.test(path)
          ? parsePackageJson(text)
          : [];
    for (const each of found) packages.set(`${each.kind} ${each.name} ${each.version} ${each.architecture}`, each);
    if (path === 'etc/os-release' || (OS_RELEASE.test(path) && os === undefined)) os = parseOsRelease(text) ?? os;
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return { packages: sorted, ...(os === undefined ? {} : { os }) };
}

/** @see https://man7.org/linux/man-pages/man5/deb-control.5.html */
function parseDpkg(text: string): InstalledPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.+)$`, 'm').exec(paragraph)?.[1]?.trim();
    const [name, version, status, architecture] = ['Package', 'Version', 'Status', 'Architecture'].map(field);
    // Removed packages stay in the database with what is left of them; distroless images state nothing.
    if (name === undefined || version === undefined || (status !== undefined && !/ installed$/.test(status))) return [];
    return [{ kind: 'deb' as const, name, version, ...(architecture === undefined ? {} : { architecture }) }];
  });
}

/** @see https://wiki.alpinelinux.org/wiki/Apk_spec */
function parseApk(text: string): InstalledPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (letter: string) => new RegExp(`^${letter}:(.+)$`, 'm').exec(paragraph)?.[1]?.trim();
    const [name, version, architecture, license] = ['P', 'V', 'A', 'L'].map(field);
    if (name === undefined || version === undefined) return [];
    return [
      {
        kind: 'apk' as const,
        name,
        version,
        ...(architecture === undefined ? {} : { architecture }),
        ...(license === undefined ? {} : { license }),
      },
    ];
  });
}

function parsePackageJson(text: string): InstalledPackage[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return []; // test data of some module, not a module
  }
  const { name, version, license } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string' || name === '' || version === '') return [];
  return [{ kind: 'npm', name, version, ...(typeof license === 'string' && license !== '' ? { license } : {}) }];
}

/** @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
function parseOsRelease(text: string): OperatingSystem | undefined {
  const field = (name: string) =>
    new RegExp(`^${name}=(?:"([^"\\n]*)"|'([^'\\n]*)'|(.*))$`, 'm')
      .exec(text)
      ?.slice(1)
      .find((part) => part !== undefined)
      ?.trim();
  const [id, versionId, name] = ['ID', 'VERSION_ID', 'PRETTY_NAME'].map(field);
  if (id === undefined || id === '') return undefined;
  return { id, ...(versionId ? { versionId } : {}), ...(name ? { name } : {}) };
}
