import { randomBytes } from 'node:crypto';
import { relative, resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { formatTable } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import { createGithubClient } from '../github/github-client.js';
import { readGithubConnection } from '../github/github-connection.js';
import { findConfigPlaces } from './config-places.js';
import type { FileChange } from './file-change.js';
import { formatDiff } from './line-diff.js';
import type { OnboardReport, OnboardSettings } from './onboard.js';
import { onboard } from './onboard.js';
import type { onboardFlags } from './onboard-command.js';

type Context = ContextOf<typeof onboardFlags>;

/** Brings a repository on board and prints what became of each step. */
export async function runOnboard(context: Context): Promise<number> {
  const { clock, flags, logger, signal } = context;
  const settings = await readSettings(context);
  const connection = await readGithubConnection(context);
  const github = connection.token === undefined ? undefined : createGithubClient(connection);
  const report = await onboard({ clock, signal, github, newSecret: () => randomBytes(32).toString('hex') }, settings);
  if (flags.json) context.printJson(toJson(report, flags['dry-run']));
  else print(context, report);
  for (const { step, state, todo } of report.steps)
    if (state === 'pending') logger.warn('a step waits for somebody else', { step, todo });
  return exitCodeOf(report);
}

async function readSettings({ cwd, flags, rest }: Context): Promise<OnboardSettings> {
  const [, org = '', repo = ''] = /^([A-Za-z\d][A-Za-z\d-]*)\/([\w.-]+)$/.exec(flags.repo) ?? [];
  if (repo === '') {
    throw new ProwError('INVALID_FLAG', `--repo: not a repository: ${JSON.stringify(flags.repo)}`, {
      hint: 'Write it as OWNER/NAME.',
    });
  }
  const hookUrl = flags['hook-url'];
  if (hookUrl !== undefined && !(/^https?:\/\//.test(hookUrl) && URL.canParse(hookUrl))) {
    throw new ProwError('INVALID_FLAG', `--hook-url: not an address: ${JSON.stringify(hookUrl)}`, {
      hint: "Write the address of Prow's hook, such as https://prow.example.com/hook.",
    });
  }
  if (hookUrl !== undefined && flags['hmac-path'] === undefined) {
    throw new ProwError('INVALID_FLAG', '--hook-url without --hmac-path: the webhook would have no secret', {
      hint: "Name the file of the webhooks' tokens; it is made where there is none.",
    });
  }
  const { name, image, branch, cluster, cron, dashboard, bot } = flags;
  if (name !== undefined && !/^[\w.-]+$/.test(name)) {
    throw new ProwError('INVALID_FLAG', `--name: no job can be called by ${JSON.stringify(name)}`, {
      hint: 'Use letters, digits, dots, dashes and underscores.',
    });
  }
  const paths = {
    cwd,
    configRepoDir: flags['config-repo-dir'],
    jobConfigPath: flags['job-config-path'],
    pluginsPath: flags['plugins-path'],
    testgridPath: flags['testgrid-path'],
  };
  const places = await findConfigPlaces(paths, { org, repo });
  const isAsked = [...Object.values(places), flags['hmac-path'], bot].some((one) => one !== undefined);
  if (!isAsked) {
    throw new ProwError('INVALID_FLAG', 'there is nothing to do', {
      hint: 'Give --config-repo-dir or a path for the config, --hook-url with --hmac-path for the webhook, --bot for the bot.',
    });
  }
  const hmacPath = flags['hmac-path'] === undefined ? undefined : resolve(cwd, flags['hmac-path']);
  if (hmacPath !== undefined && paths.configRepoDir !== undefined) {
    refuseInRepository(hmacPath, resolve(cwd, paths.configRepoDir));
  }
  const config = { name, image, branch, cluster, cron, dashboard, places, args: rest };
  return { org, repo, ...config, bot, hookUrl, hmacPath, dryRun: flags['dry-run'] };
}

/** What lies in a checkout gets committed sooner or later. */
function refuseInRepository(hmacPath: string, root: string): void {
  if (relative(root, hmacPath).split(/[\\/]/)[0] === '..') return;
  throw new ProwError('INVALID_FLAG', `--hmac-path: ${hmacPath} is in the config repository ${root}`, {
    hint: 'Keep the tokens outside of it: they are secret.',
  });
}

function print({ cwd, flags, print: line }: Context, { files, steps }: OnboardReport): void {
  if (flags['dry-run']) {
    for (const file of files) {
      const short = relative(cwd, file.path);
      const diff = diffOf(file, short.startsWith('..') ? file.path : short);
      if (diff !== '') line(`${diff}\n`);
    }
  }
  line(
    formatTable(
      steps.map(({ step, state }) => [step, state]),
      { header: ['STEP', 'STATE'] },
    ),
  );
  line('');
  for (const { step, detail } of steps) line(`${step}: ${detail}`);
  const todos = steps.filter(({ todo }) => todo !== undefined);
  if (todos.length > 0) line('\nTo do:');
  for (const { step, todo } of todos) line(`- ${step}: ${todo}`);
  const states = new Set(steps.map(({ state }) => state));
  if (!states.has('done') && !states.has('planned') && !states.has('failed')) line('\nNothing was changed.');
}

/** What is secret is never shown. */
function diffOf({ before, after, isSecret }: FileChange, path: string): string {
  if (before === after) return '';
  if (isSecret) return `${before === undefined ? 'new file' : 'file'} ${path}: a token is added, which is not shown`;
  return formatDiff(path, before, after);
}

function toJson({ files, steps }: OnboardReport, dryRun: boolean) {
  return {
    dryRun,
    files: files.map((file) => ({
      path: file.path,
      change: file.before === file.after ? 'none' : file.before === undefined ? 'created' : 'changed',
      ...(dryRun ? { diff: diffOf(file, file.path) } : {}),
    })),
    steps: steps.map(({ step, state, detail, todo }) => ({ step, state, detail, ...(todo ? { todo } : {}) })),
  };
}

/** 3 where nothing failed but by an outage. */
function exitCodeOf({ steps }: OnboardReport): number {
  const failed = steps.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return 0;
  return failed.every(({ infrastructure }) => infrastructure === true) ? 3 : 1;
}
