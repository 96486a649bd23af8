import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { readLatestGreen } from '../records/latest-green.js';
import { cloneSource, type ClonedSource, type CloneRequest } from '../source/clone-source.js';
import type { SourceRefs } from '../source/merge-pulls.js';
import type { cloneLastGreenFlags, clonePostsubmitFlags, clonePrFlags } from './flags.js';
import { logLines, repoOf, surroundingsOf } from './surroundings.js';

/** `clone pr` */
export async function clonePr(context: ContextOf<typeof clonePrFlags>): Promise<void> {
  await clone(context, { refs: pullRefs(context.flags) });
}

/** `clone postsubmit` */
export async function clonePostsubmit(context: ContextOf<typeof clonePostsubmitFlags>): Promise<void> {
  await clone(context, { commit: context.flags.commit });
}

/** `clone lastgreen` */
export async function cloneLastGreen(context: ContextOf<typeof cloneLastGreenFlags>): Promise<void> {
  await clone(context, {
    commit: await readLatestGreen(surroundingsOf(context).store(), context.flags['latest-green']),
  });
}

async function clone(
  context:
    | ContextOf<typeof clonePostsubmitFlags>
    | ContextOf<typeof clonePrFlags>
    | ContextOf<typeof cloneLastGreenFlags>,
  what: Pick<CloneRequest, 'commit' | 'refs'>,
): Promise<void> {
  const cloned = await cloneSource({
    ...fetchOptions(context),
    ...what,
    dir: resolve(context.cwd, context.flags['src-dir']),
    requireClean: context.flags['require-clean'],
  });
  printSource(context, cloned);
}

/** The pull request that flags name. */
export function pullRefs(flags: {
  readonly pr: number;
  readonly 'pr-commit': string | undefined;
  readonly 'base-ref': string | undefined;
  readonly head: boolean;
}): SourceRefs {
  return {
    baseRef: flags['base-ref'],
    pulls: [{ number: flags.pr, sha: flags['pr-commit'] }],
    mode: flags.head ? 'head' : 'merge',
  };
}

/** How to fetch, from flags that all commands with a repository have. */
export function fetchOptions(
  context: Pick<ContextOf<typeof clonePostsubmitFlags>, 'cwd' | 'env' | 'signal' | 'logger' | 'clock'> & {
    readonly flags: Pick<ContextOf<typeof clonePostsubmitFlags>['flags'], 'repo' | 'submodules' | 'depth' | 'filter'>;
  },
): Omit<CloneRequest, 'dir'> {
  const { flags, cwd, signal, logger, clock } = context;
  const { submodules, depth, filter } = flags;
  // By environment only: other users of the machine can read arguments.
  const token = context.env['GITHUB_TOKEN'] || undefined;
  return { repo: repoOf(flags.repo, cwd), token, submodules, depth, filter, signal, clock, onLine: logLines(logger) };
}

function printSource(
  context: Pick<ContextOf<typeof clonePostsubmitFlags>, 'print' | 'printJson'> & {
    readonly flags: { readonly json: boolean };
  },
  cloned: ClonedSource,
): void {
  if (context.flags.json) context.printJson(cloned);
  else context.print(`${cloned.sha} in ${cloned.dir}`);
}
