import { createLineFilter, type RedactStream } from '@seatrial/cli';
import { execa } from 'execa';
import { ReleaseError } from '../errors.js';
import { createTail } from '../tail.js';
import { basicCredentials, createRedactor } from './redact.js';

/** How git is run. */
export interface GitOptions {
  /** Folder to run in. @default where the caller is */
  readonly cwd?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Lines of git's progress, secrets taken out. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes secrets out of git's messages, also out of what errors repeat of them. @default the token alone */
  readonly createFilter?: (() => RedactStream) | undefined;
  /** Sent as HTTP credentials to {@link tokenUrl} only. Handed to git by environment: never an argument, never in a log. */
  readonly token?: string | undefined;
  /** URL of the repository that the token is for. */
  readonly tokenUrl?: string | undefined;
  /** More variables for git. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
}

/** What git answered. `exitCode` is 0 unless the call allowed others. */
export interface GitAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

// Set by git for hooks: with them, git would work on the repository of the hook instead of the one it is pointed at.
const inherited = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_PREFIX', 'GIT_NAMESPACE'];
inherited.push('GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_CEILING_DIRECTORIES');

// By argument: GIT_CONFIG_COUNT may hold settings of the surroundings, which setting it would undo.
const settings = ['core.quotePath=false', 'advice.detachedHead=false', 'core.hooksPath=/dev/null', 'gc.auto=0'];
// A server that falls silent ends as an error that is tried again; git by itself would wait for ever.
settings.push('http.lowSpeedLimit=1', 'http.lowSpeedTime=120');

function environment({ token, tokenUrl, env }: GitOptions): Record<string, string | undefined> {
  const base = {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    GIT_TERMINAL_PROMPT: '0', // a question nobody answers would hang the run
    GIT_ASKPASS: undefined,
    SSH_ASKPASS: undefined,
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_OPTIONAL_LOCKS: '0', // looking at somebody's work tree must not write into it
    LC_ALL: 'C', // messages are matched below
    ...env,
  };
  if (token === undefined || tokenUrl === undefined || !/^https?:/.test(tokenUrl)) return base;
  return {
    ...base,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(tokenUrl).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basicCredentials(token)}`,
  };
}

/**
 * Runs git with an array of arguments.
 *
 * @param allowed exit codes that are an answer and not an error. @default none but 0
 * @throws {ReleaseError} `GIT_MISSING`, `DENIED`, `UNAVAILABLE`, `REPOSITORY_NOT_FOUND`, `COMMIT_NOT_FOUND`, `GIT_FAILED`;
 * the signal's reason when it aborts.
 */
export async function runGit(
  args: readonly string[],
  options: GitOptions = {},
  allowed: readonly number[] = [],
): Promise<GitAnswer> {
  const { cwd, signal, onLine, token, input } = options;
  signal?.throwIfAborted();
  const redact = createRedactor([token]);
  const tail = createTail();
  const child = execa('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    env: environment(options),
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    forceKillAfterDelay: 5_000,
    buffer: { stdout: true, stderr: false },
  });
  const reading = (async () => {
    const lines = createLineFilter(options.createFilter?.(), (line) => {
      const text = redact(line.split('\r').at(-1) ?? '').trimEnd(); // progress is written over itself
      if (text === '') return;
      tail.add(text);
      onLine?.(text);
    });
    for await (const line of child.iterable({ from: 'stderr' })) lines.push(String(line));
    lines.end();
  })().catch(() => {}); // a failed child ends the iteration with its own error, which is judged below
  const result = await child;
  await reading;
  signal?.throwIfAborted();
  if (result.exitCode !== undefined && (result.exitCode === 0 || allowed.includes(result.exitCode))) {
    return { stdout: result.stdout, exitCode: result.exitCode };
  }
  throw toGitError(args, tail.toString(), result, redact);
}

interface GitFailure {
  readonly code?: string;
  readonly exitCode?: number | undefined;
  readonly cwd: string;
}

const failures: readonly (readonly [pattern: RegExp, code: ReleaseError['code'], hint: string])[] = [
  [
    /authentication failed|could not read username|permission denied|invalid credentials|returned error: 40[13]|access denied/i,
    'DENIED',
    'Give a token that may read the repository, or use a URL that needs none.',
  ],
  [
    /detected dubious ownership/i,
    'DENIED',
    'The repository belongs to another user: run git config --global --add safe.directory with its path.',
  ],
  [
    /couldn't find remote ref|not our ref|unadvertised object|did not match any file|unknown revision|bad object|reference is not a tree|needed a single revision/i,
    'COMMIT_NOT_FOUND',
    'Check the commit, branch or pull request; it has to be pushed.',
  ],
  [
    /could not resolve (?:host|proxy)|name resolution|couldn't connect|failed to connect|connection (?:refused|reset|closed|timed out|was reset)|timed out|operation too slow|empty reply from server|transfer closed|not closed cleanly|early eof|unexpected disconnect|rpc failed|hung up unexpectedly|returned error: (?:408|429|5\d\d)|network is unreachable|no route to host|gnutls_|ssl_/i,
    'UNAVAILABLE',
    'Check the network and the URL, then try again.',
  ],
  [
    /does not appear to be a git repository|repository .* (?:not found|does not exist)|not a git repository|returned error: 404/i,
    'REPOSITORY_NOT_FOUND',
    'Check the path or URL of the repository.',
  ],
];

/** What git's output says about why it failed; undefined when it says nothing known. */
export function classifyOutput(
  output: string,
): { readonly code: ReleaseError['code']; readonly hint: string } | undefined {
  const known = failures.find(([pattern]) => pattern.test(output));
  return known === undefined ? undefined : { code: known[1], hint: known[2] };
}

function toGitError(
  args: readonly string[],
  detail: string,
  failure: GitFailure,
  redact: (text: string) => string,
): ReleaseError {
  if (failure.code === 'ENOENT') {
    return new ReleaseError('GIT_MISSING', 'git cannot be run: it is not on the PATH', {
      hint: 'Install git 2.31 or newer.',
    });
  }
  const { exitCode } = failure;
  const known = classifyOutput(detail);
  const last =
    detail.split('\n').findLast((line) => /^(?:fatal|error|remote):/.test(line)) ?? detail.split('\n').at(-1) ?? '';
  const what = redact(
    `git ${args
      .filter((arg) => !arg.startsWith('-'))
      .slice(0, 3)
      .join(' ')}`,
  );
  const message = `${what}: ${last.replace(/^(?:fatal|error): /, '') || `ended with ${exitCode ?? 'a signal'}`}`;
  return new ReleaseError(known?.code ?? 'GIT_FAILED', message, { hint: known?.hint, detail, childExitCode: exitCode });
}
