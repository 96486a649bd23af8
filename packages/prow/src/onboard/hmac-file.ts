import { ProwError } from '../errors.js';
import type { RepositoryName } from '../github/repositories.js';
import { type HmacToken, levelFor, parseHmacTokens } from '../webhook/hmac-tokens.js';
import { appendYamlItem } from './append-yaml-item.js';

/** The secret that a repository's webhooks are signed with, and the token file it is in. */
export interface HmacSecret {
  readonly secret: string;
  /** Text of the file; as it was where it had a secret for the repository. */
  readonly text: string;
  /** `org/repo`, `org`, `*`, or `the whole file` where it is one token for everything. */
  readonly level: string;
  readonly isNew: boolean;
}

/**
 * Finds the newest token that Prow tries for a repository, or adds one.
 *
 * A file that is not a map of lists is one token for every repository. In a map only the first level with tokens counts:
 * the repository's, its organisation's, then `*`.
 *
 * @param deps.newSecret Makes a token from at least 128 random bits.
 * @throws {ProwError} `INVALID_CONFIG`, which never quotes the file.
 */
export function ensureHmacSecret(
  deps: { readonly newSecret: () => string; readonly now: () => number },
  { org, repo }: RepositoryName,
  { path, text }: { readonly path: string; readonly text: string },
): HmacSecret {
  const file = parseHmacTokens(text);
  const key = `${org}/${repo}`;
  if (file.kind === 'global' && file.token !== '') {
    if (!/[\r\n]/.test(file.token)) return { secret: file.token, text, level: 'the whole file', isNew: false };
    // Prow would take all of it for one token: nobody means that.
    throw new ProwError('INVALID_CONFIG', `${path} is neither one token nor a map of lists of tokens`, {
      hint: 'Write it as REPOSITORY: [{value, created_at}], or put nothing but one token in it.',
    });
  }
  const levels = file.kind === 'global' ? new Map<string, readonly HmacToken[]>() : file.levels;
  const level = levelFor(levels, key);
  const tokens = level === undefined ? [] : (levels.get(level) ?? []);
  if (level !== undefined && tokens.length > 0) {
    return { secret: newest(tokens, level, path), text, level, isNew: false };
  }
  const secret = deps.newSecret();
  const created = new Date(deps.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const added = appendSecretly({ path, text }, [key], { value: secret, created_at: created });
  return { secret, text: added, level: key, isNew: true };
}

function newest(tokens: readonly HmacToken[], level: string, path: string): string {
  const timeOf = ({ createdAt = '' }: HmacToken) => Date.parse(createdAt) || 0;
  const [found] = [...tokens].sort((one, other) => timeOf(other) - timeOf(one));
  if (found !== undefined && found.value !== '') return found.value;
  throw new ProwError('INVALID_CONFIG', `${path}: ${level} has no token that can be used`, {
    hint: `Give ${level} a list of {value, created_at}, or remove it so that a token is made.`,
  });
}

/** The editor's errors quote lines. */
function appendSecretly(file: { readonly path: string; readonly text: string }, path: readonly string[], item: object) {
  try {
    return appendYamlItem(file.path, file.text, path, item);
  } catch {
    throw new ProwError('INVALID_CONFIG', `${file.path} is written in a way that no token can be added to`, {
      hint: `Add a token for ${path.join()} by hand, then run again.`,
    });
  }
}
