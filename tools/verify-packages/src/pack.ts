import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Package } from './workspace.js';

/** A package as it will be published. */
export interface Packed {
  /** Path of the archive. */
  readonly tarball: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Packs a package as `npm publish` would, into `folder`; runs none of its scripts. */
export async function pack(root: string, { folder }: Package, into: string, signal: AbortSignal): Promise<Packed> {
  const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into], {
    cwd: join(root, folder),
    cancelSignal: signal,
  });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack told of no archive in ${folder}`);
  return { tarball: join(into, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** What publint says of an archive, suggestions too. */
export async function publintFaults({ manifest }: Package, packed: Packed): Promise<readonly string[]> {
  const bytes = await readFile(packed.tarball);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: 'suggestion' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg ?? { ...manifest }, { color: false })}`);
}

// These packages are ES modules: what only CommonJS or Node 10 could not read is no fault of theirs.
const notMeant: ReadonlySet<string | undefined> = new Set(['node10', 'node16-cjs']);

/** What `@arethetypeswrong/core` says of an archive, for ES modules under node16 and bundlers. */
export async function typesFaults({ manifest }: Package, packed: Packed): Promise<readonly string[]> {
  const entrypoints = Object.keys(manifest.exports ?? {}).filter((path) => !path.endsWith('.json'));
  const archive = createPackageFromTarballData(new Uint8Array(await readFile(packed.tarball)));
  const result = await checkPackage(archive, { entrypoints });
  if (result.types === false) return ['attw: no types'];
  return result.problems.flatMap((problem) => {
    const facts = problem as { kind: string; entrypoint?: string; resolutionKind?: string; resolutionOption?: string };
    if (notMeant.has(facts.resolutionKind) || notMeant.has(facts.resolutionOption)) return [];
    return [`attw: ${facts.kind} ${facts.entrypoint ?? ''} ${facts.resolutionKind ?? facts.resolutionOption ?? ''}`];
  });
}
