import { subset, validRange, satisfies } from 'semver';
import type { Manifest, Package } from './workspace.js';

const REPOSITORY = 'git+https://github.com/seatrial/seatrial.git';
const HOMEPAGE = 'https://github.com/seatrial/seatrial/tree/main';

/** What a package.json says that an outsider would stumble over; one phrase each, empty where all is well. */
export function manifestFaults({ folder, manifest }: Package, all: readonly Package[]): readonly string[] {
  const expected: readonly [field: string, isRight: boolean, want: string][] = [
    ['description', (manifest.description ?? '').length > 20, 'a sentence'],
    ['license', manifest.license === 'Apache-2.0', 'Apache-2.0'],
    ['keywords', (manifest.keywords ?? []).length >= 3, 'three or more'],
    ['type', manifest.type === 'module', 'module'],
    ['repository.url', manifest.repository?.url === REPOSITORY, REPOSITORY],
    ['repository.directory', manifest.repository?.directory === folder, folder],
    ['homepage', manifest.homepage === `${HOMEPAGE}/${folder}#readme`, `${HOMEPAGE}/${folder}#readme`],
    ['bugs.url', /\/issues$/.test(manifest.bugs?.url ?? ''), 'the page of issues'],
    ['engines.node', subset(manifest.engines?.['node'] ?? '*', '>=20.19'), '>=20.19'],
    ['sideEffects', Array.isArray(manifest.sideEffects), 'a list of the bins'],
    ['publishConfig.access', manifest.publishConfig?.access === 'public', 'public'],
    ['publishConfig.provenance', manifest.publishConfig?.provenance === true, 'true'],
    ['bin', Object.keys(manifest.bin ?? {}).length > 0, 'one command line or more'],
  ];
  return [
    ...expected.filter(([, isRight]) => !isRight).map(([field, , want]) => `package.json: ${field} must be ${want}`),
    ...exportFaults(manifest),
    ...siblingFaults(manifest, all),
  ];
}

function exportFaults({ exports = {} }: Manifest): readonly string[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return target.endsWith('.json') ? [] : [`exports: ${path} has no types`];
    const conditions = Object.keys(target);
    const first = conditions.filter((condition) => condition !== '@seatrial/source');
    return first[0] === 'types' && first.at(-1) === 'default'
      ? []
      : [`exports: ${path} must be types first, default last, not ${conditions.join(', ')}`];
  });
}

/** `*`, `workspace:` and paths would install whatever is there, or nothing. */
function siblingFaults({ dependencies = {} }: Manifest, all: readonly Package[]): readonly string[] {
  const versions = new Map(all.map(({ manifest }) => [manifest.name, manifest.version]));
  return Object.entries(dependencies).flatMap(([name, range]) => {
    const version = versions.get(name);
    if (validRange(range) === null || range === '*' || range === '')
      return [`dependencies: ${name} has no range: ${range}`];
    return version === undefined || satisfies(version, range)
      ? []
      : [`dependencies: ${name} ${range} leaves out ${version}, which is released beside it`];
  });
}
