import { runGit } from '../source/git.js';

/** Where a commit is from and when it was made. */
export interface SourceFacts {
  /** Time of the commit, in milliseconds since 1970. */
  readonly committedMs: number;
  /** URL of the repository, without a login. Only where the checkout has one. */
  readonly url?: string;
}

/** Reads when the commit of a checkout was made and where it was fetched from. @throws {ReleaseError} as `runGit` */
export async function readSourceFacts(
  dir: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SourceFacts> {
  const { signal } = options;
  const { stdout: seconds } = await runGit(['log', '-1', '--format=%ct'], { cwd: dir, signal });
  // 1 is no such setting, 2 no such remote.
  const { stdout: origin, exitCode } = await runGit(['remote', 'get-url', 'origin'], { cwd: dir, signal }, [1, 2]);
  const url = exitCode === 0 ? publicUrl(origin.trim()) : undefined;
  return { committedMs: Number(seconds.trim()) * 1_000, ...(url === undefined ? {} : { url }) };
}

/** A repository's URL as everybody may see it: https, no login, no `.git`. Undefined for a path. */
export function publicUrl(origin: string): string | undefined {
  const { host, path } = /^(?:[\w.-]+@)(?<host>[\w.-]+):(?<path>[^/].*)$/.exec(origin)?.groups ?? {};
  const text = host === undefined ? origin : `https://${host}/${path}`;
  if (!/^(?:https?|ssh|git):\/\//.test(text)) return undefined;
  try {
    const url = new URL(text.replace(/^(?:ssh|git):/, 'https:'));
    return `${url.protocol}//${url.protocol === 'https:' && !/^https/.test(text) ? url.hostname : url.host}${url.pathname.replace(/(?:\.git)?\/*$/, '')}`;
  } catch {
    return undefined; // git takes more for a URL than there is
  }
}

/** What the labels of an image tell of its making. */
export interface LabelFacts {
  readonly commit: string;
  readonly version: string;
  readonly source?: SourceFacts | undefined;
}

/**
 * Labels that every image gets. The time is that of the commit, so that the same commit makes the same image.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function sourceLabels({ commit, version, source }: LabelFacts): Record<string, string> {
  const name = (key: string) => `org.opencontainers.image.${key}`;
  return {
    [name('revision')]: commit,
    [name('version')]: version,
    ...(source?.url === undefined ? {} : { [name('source')]: source.url }),
    ...(source === undefined ? {} : { [name('created')]: new Date(source.committedMs).toISOString() }),
  };
}
