import { parse } from 'yaml';
import { z } from 'zod';

/** One key of a webhook token file. */
export interface HmacToken {
  /** `''` where the file has none. */
  readonly value: string;
  /** As it was written. */
  readonly createdAt?: string;
}

/** Keys of a webhook token file: one for everybody, or several by `org/repo`, `org` or `*`. */
export type HmacTokens =
  | { readonly kind: 'global'; readonly token: string }
  | { readonly kind: 'hierarchical'; readonly levels: ReadonlyMap<string, readonly HmacToken[]> };

// Unquoted digits are meant as text; a missing key must not become one that can be guessed.
const value = z.union([z.string(), z.number(), z.boolean()]).default('').transform(String);
const entry = z.object({ value, created_at: z.unknown().optional() });
const fileSchema = z.record(z.string(), z.array(entry).nullable());

/**
 * Reads a webhook token file in either of Prow's formats, white space around it trimmed. Whatever is no YAML map of lists is
 * one key: a wrong file is never an error here, its keys just fit no signature.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/github/hmac.go
 */
export function parseHmacTokens(text: string): HmacTokens {
  const token = text.trim();
  let content: unknown;
  try {
    content = parse(token, { maxAliasCount: 0, logLevel: 'error' });
  } catch {
    return { kind: 'global', token }; // a key of any characters is seldom YAML
  }
  const file = fileSchema.safeParse(content);
  if (!file.success) return { kind: 'global', token };
  const levels = Object.entries(file.data).map(([name, tokens]) => {
    return [name, (tokens ?? []).map(toToken)] as const;
  });
  return { kind: 'hierarchical', levels: new Map(levels) };
}

/** The first level that a file has of an exact name (`org/repo`, or an org), its org and `*`; lower ones do not count. */
export function levelFor(levels: ReadonlyMap<string, readonly HmacToken[]>, fullName: string): string | undefined {
  const [org = ''] = fullName.split('/');
  return [fullName, org, '*'].find((name) => levels.has(name));
}

/**
 * The keys that may have signed a body of `fullName` (`org/repo`, or an org): all those of its level, so that keys can be
 * rotated. Empty when there are none; empty keys are left out, since anybody can sign with them.
 */
export function tokensFor(tokens: HmacTokens, fullName: string): readonly string[] {
  if (tokens.kind === 'global') return [tokens.token].filter((token) => token !== '');
  const level = levelFor(tokens.levels, fullName);
  const found = level === undefined ? [] : (tokens.levels.get(level) ?? []);
  return found.map((token) => token.value).filter((token) => token !== '');
}

function toToken({ value: token, created_at: created }: z.infer<typeof entry>): HmacToken {
  return { value: token, ...(created === undefined || created === null ? {} : { createdAt: String(created) }) };
}
