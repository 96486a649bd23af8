import { parse } from 'yaml';
import { ProwError } from '../errors.js';
import type { RepositoryName } from '../github/repositories.js';
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
  file: { readonly path: string; readonly text: string },
): HmacSecret {
  const text = file.text.trim();
  const levels = text === '' ? {} : readLevels(text);
  if (levels === undefined) {
    if (!/[\r\n]/.test(text)) return { secret: text, text: file.text, level: 'the whole file', isNew: false };
    // Prow would take all of it for one token: nobody means that.
    throw new ProwError('INVALID_CONFIG', `${file.path} is neither one token nor a map of lists of tokens`, {
      hint: 'Write it as REPOSITORY: [{value, created_at}], or put nothing but one token in it.',
    });
  }
  const key = `${org}/${repo}`;
  const level = [key, org, '*'].find((name) => Object.hasOwn(levels, name));
  const tokens = level === undefined ? [] : (levels[level] ?? []);
  if (level !== undefined && tokens.length > 0) {
    return { secret: newest(tokens, level, file.path), text: file.text, level, isNew: false };
  }
  const secret = deps.newSecret();
  const created = new Date(deps.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const added = appendSecretly(file, [key], { value: secret, created_at: created });
  return { secret, text: added, level: key, isNew: true };
}

function readLevels(text: string): Readonly<Record<string, readonly unknown[]>> | undefined {
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' }); // its warnings quote
  } catch {
    return undefined; // not YAML: one token
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const levels = Object.entries(value as Readonly<Record<string, unknown>>).map(([level, list]) => [level, list ?? []]);
  if (!levels.every((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))) return undefined;
  return Object.fromEntries(levels);
}

function newest(tokens: readonly unknown[], level: string, path: string): string {
  const read = tokens.map((token) => (token ?? {}) as { readonly value?: unknown; readonly created_at?: unknown });
  const timeOf = ({ created_at: created }: { readonly created_at?: unknown }) => Date.parse(String(created)) || 0;
  const [found] = [...read].sort((one, other) => timeOf(other) - timeOf(one));
  if (typeof found?.value === 'string' && found.value !== '') return found.value;
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
