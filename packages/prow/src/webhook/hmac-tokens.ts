import { parse } from 'yaml';
import { z } from 'zod';

/** Keys of a webhook token file: one for everybody, or several by `org/repo`, `org` or `*`. */
export type HmacTokens =
  | { readonly kind: 'global'; readonly token: string }
  | { readonly kind: 'hierarchical'; readonly levels: ReadonlyMap<string, readonly string[]> };

// Unquoted digits are meant as text; a missing key must not become one that can be guessed.
const value = z.union([z.string(), z.number(), z.boolean()]).default('').transform(String);
const fileSchema = z.record(z.string(), z.array(z.object({ value })).nullable());

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
    return [name, (tokens ?? []).map((entry) => entry.value)] as const;
  });
  return { kind: 'hierarchical', levels: new Map(levels) };
}

/**
 * The keys that may have signed a body of `fullName` (`org/repo`, or an org): those of the first level found of the exact
 * name, its org and `*`, all of them, so that keys can be rotated. Empty when there are none; empty keys are left out, since
 * anybody can sign with them.
 */
export function tokensFor(tokens: HmacTokens, fullName: string): readonly string[] {
  if (tokens.kind === 'global') return [tokens.token].filter((token) => token !== '');
  const [org = ''] = fullName.split('/');
  const level = [fullName, org, '*'].find((name) => tokens.levels.has(name));
  return (level === undefined ? [] : (tokens.levels.get(level) ?? [])).filter((token) => token !== '');
}
