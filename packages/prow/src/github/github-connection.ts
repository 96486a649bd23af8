import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandContext, ContextOf } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import type { GithubConnection } from './github-call.js';
import type { githubFlags } from './github-flags.js';

/** What of a command's context the connection is made of. */
export type GithubContext = Pick<CommandContext, 'clock' | 'cwd' | 'env' | 'signal'> & {
  readonly flags: Pick<ContextOf<typeof githubFlags>['flags'], keyof typeof githubFlags>;
};

/**
 * Reads how to reach GitHub from a command's flags and environment: the token from `--github-token-path`, else from
 * `GITHUB_TOKEN`, trimmed.
 *
 * @throws {ProwError} `INVALID_FLAG` when the file cannot be read or is empty.
 */
export async function readGithubConnection(context: GithubContext): Promise<GithubConnection> {
  const { clock, cwd, env, flags, signal } = context;
  const path = flags['github-token-path'];
  const token = path === undefined ? env['GITHUB_TOKEN']?.trim() : await readToken(resolve(cwd, path));
  return { clock, signal, baseUrl: flags['github-endpoint'], ...(token ? { token } : {}) };
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ProwError('INVALID_FLAG', `cannot read the GitHub token at ${path}`, {
      cause,
      hint: 'Point --github-token-path to a file that holds the token and nothing else.',
    });
  });
  const token = text.trim();
  if (token !== '') return token;
  throw new ProwError('INVALID_FLAG', `the GitHub token's file ${path} is empty`, {
    hint: 'Put the token in it, or leave --github-token-path out to call GitHub anonymously.',
  });
}
