import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { defineTask } from '@seatrial/pipeline';
import { RunnerError } from '../errors.js';
import { sourceDir, type Trial } from '../trial.js';
import { reported } from './reported.js';

/** Output of `clone`: where the source lies, and what it is. */
export interface CloneOutput extends Record<string, string | boolean | undefined> {
  readonly dir: string;
  readonly sha: string;
  readonly shortSha: string;
  readonly dirty: boolean;
  readonly diffHash?: string;
}

export function cloneTask(trial: Trial) {
  const { source } = trial;
  return defineTask({
    name: 'clone',
    summary: 'check the source out',
    describe: () => [
      `git clone ${source.repo} at ${source.commit ?? 'its checked-out commit, uncommitted changes included'}`,
    ],
    run: (context) =>
      reported<CloneOutput>(trial, context, async () => {
        const { cloneSource } = await import('@seatrial/release');
        const cloned = await cloneSource({
          repo: source.repo,
          dir: join(trial.workDir, 'source'),
          includeChanges: source.commit === undefined,
          commit: source.commit,
          signal: context.signal,
          onLine: context.log,
          createFilter: () => trial.redact.stream(),
        });
        const { dir, sha, shortSha, dirty, diffHash } = cloned;
        await requireFolder(sourceDir(trial, dir), source.configFolder, sha);
        context.log(`${sha}${dirty ? ' with uncommitted changes' : ''}`);
        return { output: { dir, sha, shortSha, dirty, diffHash } };
      }),
    verify: (output: CloneOutput) =>
      stat(output.dir).then(
        () => true,
        () => false,
      ),
  });
}

async function requireFolder(dir: string, folder: string, sha: string): Promise<void> {
  const info = await stat(dir).catch(() => undefined);
  if (info?.isDirectory()) return;
  throw new RunnerError('CONFIG_INVALID', `commit ${sha} has no folder ${JSON.stringify(folder)}`, {
    hint: 'Commit the folder that holds seatrial.yaml, or name a commit that has it.',
  });
}
