import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { format } from 'oxfmt';
import { type Bench, benches } from './list.js';
import type { Result } from './result.js';

/** A result and the bench it is of. */
export interface Row extends Result {
  readonly bench: string;
}

const PAGE = join(import.meta.dirname, '../docs/benchmarks.md');
const HEAD = `# Benchmarks

This page says how fast things are, beside others that do the same, and which goals are met. \`npm run bench\` writes it. Ratios are of one run, with all
contenders on the same data one after the other or by turns: above 1, ours is better. Times of another machine differ; the order should not.
A load above the number of cores says that the machine did other work meanwhile. A bench that has no section has not been run at its whole size yet.
`;

/** Lines that say what it was measured on, and against what. */
export async function describeMachine(chosen: readonly Bench[]): Promise<string[]> {
  const peers = chosen.flatMap(({ peers: names = [] }) => names).map((name) => `${name} ${versionOf(name)}`);
  const helm = await findHelm({ env: process.env, flag: undefined, workspaceCopy: () => findWorkspaceHelm({}) });
  const kubectl = await promisify(execFile)('kubectl', ['version', '--client', '-o', 'json']).then(
    ({ stdout }) => (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion,
    () => undefined,
  );
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `Machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gib} GiB, ${process.platform} ${process.arch}, load ${loadavg()[0]?.toFixed(1) ?? '?'} at the end.`,
    `Versions: Node.js ${process.version}, helm ${helm.version}${kubectl === undefined ? '' : `, kubectl ${kubectl}`}${peers.length === 0 ? '' : `, ${peers.join(', ')}`}.`,
  ];
}

/** The lines of the page as it is, by bench. */
export async function readPage(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(PAGE, 'utf8').catch(() => '');
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n')).trim()]),
  );
}

/** Writes the page: sections of benches that ran, and those that were there of the others. */
export async function writePage(
  old: ReadonlyMap<string, string>,
  rows: readonly Row[],
  machine: readonly string[],
): Promise<void> {
  const parts = [HEAD];
  for (const { name } of benches) {
    const own = rows.filter(({ bench }) => bench === name);
    const text = own.length === 0 ? old.get(name) : `${tableOf(own)}\n\n${machine.join(' ')}`;
    if (text !== undefined) parts.push(`## ${name}\n\n${text}\n`);
  }
  await writeFile(PAGE, (await format(PAGE, parts.join('\n'))).code);
}

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ name, ours, peer = '–', ratio, goal = '–', met }) => [
    name,
    ours,
    peer,
    ratio === undefined ? '–' : ratio.toFixed(1),
    goal,
    met === undefined ? '–' : met ? 'met' : '**missed**',
  ]);
  const lines = [
    ['what', 'ours', 'peer', 'ratio', 'goal', ''],
    ['---', '---:', '---:', '---:', '---', '---'],
    ...cells,
  ];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function versionOf(name: string): string {
  // Not every package exports its package.json, so it is read by its path.
  const require = createRequire(import.meta.url);
  for (const path of require.resolve.paths(name) ?? []) {
    try {
      return (require(join(path, name, 'package.json')) as { version: string }).version;
    } catch {
      continue; // not in this node_modules: the next one up
    }
  }
  return 'unknown';
}
