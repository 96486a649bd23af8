import { execa } from 'execa';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { auditDependencies } from './audit.js';
import { binFaults } from './bins.js';
import { formatMegabytes, weightFaults } from './clients.js';
import { type Consumer, installAlone } from './consumer.js';
import { contentFaults } from './contents.js';
import { licenceFaults } from './licences.js';
import { manifestFaults } from './manifest.js';
import { fetchNode } from './node-versions.js';
import { pack, publintFaults, typesFaults } from './pack.js';
import { type Registry, startRegistry } from './registry.js';
import { startSandbox } from './sandbox.js';
import { compileFaults, importFaults } from './usage.js';
import { listPackages, type Package } from './workspace.js';

/** For `verifyPackages`. */
export interface VerifyOptions {
  /** Root of the workspace. */
  readonly root: string;
  /** Folder for all that is made; the caller removes it. */
  readonly scratch: string;
  /** Folder for what is kept between runs. */
  readonly cache: string;
  /** Versions of Node that the packages are used under. */
  readonly nodes: readonly string[];
  /** Ids of the packages to use; all are published. @default all */
  readonly only?: readonly string[];
  /** How many things happen at once. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Takes the lines of the report as they come. */
  print(line: string): void;
}

/** Publishes all, installs each alone, uses it. Returns how many packages have faults, all of them already told. */
export async function verifyPackages(options: VerifyOptions): Promise<number> {
  const { root, scratch, cache, only, parallel, signal, print } = options;
  const packages = await listPackages(root);
  const used = packages.filter(({ id }) => only === undefined || only.includes(id));
  const limit = pLimit(parallel);
  await mkdir(join(scratch, 'archives'), { recursive: true });
  await using registry = await startRegistry(scratch);
  const nodes = await Promise.all(options.nodes.map((version) => fetchNode(version, cache, signal)));

  const published = new Map<string, readonly string[]>();
  await limit.map(packages, async (pkg) => {
    published.set(pkg.id, await publish(pkg, packages, registry, options));
  });

  const install = (pkg: Package) => installAlone(pkg, registry, join(scratch, 'alone', pkg.id), signal);
  const sandboxPackage = packages.find(({ id }) => id === 'sandbox');
  if (sandboxPackage === undefined) throw new Error('no package named sandbox: the clients are tried against it');
  const sandboxConsumer = await install(sandboxPackage);
  await using sandbox = await startSandbox(sandboxConsumer.folder, signal);

  let failed = 0;
  // The heaviest first, so that none of them is alone at the end.
  const order = ['runner', 'release', 'deploy', 'prow', 'gke', 'sandbox', 'dashboard'];
  const rank = ({ id }: Package) => (order.indexOf(id) + order.length + 1) % (order.length + 1);
  const ranked = [...used].sort((a, b) => rank(a) - rank(b));
  const audit = limit(() => auditDependencies(root, signal));
  await limit.map(ranked, async (pkg) => {
    const started = performance.now();
    const told = await tell(async () => {
      const consumer = pkg.id === 'sandbox' ? sandboxConsumer : await install(pkg);
      const faults = [...(published.get(pkg.id) ?? []), ...(await use(pkg, consumer, nodes, sandbox.env, options))];
      return { faults, facts: `${consumer.installed.length} packages, ${formatMegabytes(consumer.sizeBytes)}` };
    }, signal);
    if (told.faults.length > 0) failed += 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    print(`${told.faults.length === 0 ? 'ok  ' : 'FAIL'} ${pkg.manifest.name.padEnd(20)} ${told.facts}, ${seconds} s`);
    for (const fault of told.faults) print(`       ${fault}`);
  });
  const { faults, note } = await audit;
  print(note);
  for (const fault of faults) print(`       ${fault}`);
  return failed + (faults.length > 0 ? 1 : 0);
}

interface Told {
  readonly faults: readonly string[];
  /** For people, beside the name. */
  readonly facts: string;
}

/** What breaks the use of one package is a fault of it; the others go on. */
async function tell(work: () => Promise<Told>, signal: AbortSignal): Promise<Told> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    return { faults: [error instanceof Error ? error.message.slice(0, 2_000) : String(error)], facts: 'not used' };
  }
}

async function publish(
  pkg: Package,
  all: readonly Package[],
  registry: Registry,
  { root, scratch, signal }: VerifyOptions,
): Promise<readonly string[]> {
  const packed = await pack(root, pkg, join(scratch, 'archives'), signal);
  // Provenance can be proven in CI alone; everything else is as in a release.
  const argv = ['publish', packed.tarball, '--registry', registry.url, '--no-provenance', '--ignore-scripts'];
  await execa('npm', argv, {
    cwd: scratch,
    cancelSignal: signal,
    env: { [`npm_config_//${new URL(registry.url).host}/:_authToken`]: 'anyone', npm_config_update_notifier: 'false' },
  });
  const hasChangelog = await access(join(root, pkg.folder, 'CHANGELOG.md')).then(
    () => true,
    () => false, // ENOENT: not released yet
  );
  return [
    ...manifestFaults(pkg, all),
    ...contentFaults(packed.files, hasChangelog),
    ...(await publintFaults(pkg, packed)),
    ...(await typesFaults(pkg, packed)),
  ];
}

async function use(
  pkg: Package,
  consumer: Consumer,
  nodes: readonly string[],
  env: Readonly<Record<string, string>>,
  { root, signal }: VerifyOptions,
): Promise<readonly string[]> {
  const { folder } = consumer;
  const faults = [...consumer.warnings, ...weightFaults(pkg, consumer), ...(await licenceFaults(folder))];
  for (const node of nodes) {
    const found = [
      ...(await importFaults(pkg, { folder, node, signal })),
      ...(await binFaults(pkg, { folder, node, env, signal })),
    ];
    const version = /-([\d.]+)\/node_modules/.exec(node)?.[1] ?? node;
    faults.push(...found.map((fault) => `Node ${version}: ${fault}`));
  }
  for (const resolution of ['node16', 'bundler'] as const) {
    faults.push(...(await compileFaults(pkg, resolution, { root, folder, skipLibCheck: false, signal })));
  }
  return faults;
}
