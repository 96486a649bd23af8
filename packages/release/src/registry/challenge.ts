/** How a registry wants to be asked, from its `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** Where a token is to be had. */
      readonly realm: string;
      readonly service?: string;
      readonly scope?: string;
    };

/**
 * Reads a `WWW-Authenticate` header; undefined when it asks for something else than basic or bearer.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export function parseChallenge(header: string): Challenge | undefined {
  const { scheme = '', rest = '' } = /^\s*(?<scheme>[A-Za-z]+)\s*(?<rest>.*)$/s.exec(header)?.groups ?? {};
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const values: Record<string, string> = {};
  for (const { groups } of rest.matchAll(/(?<key>[a-z_]+)\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s,"]+))/gi)) {
    values[(groups?.['key'] ?? '').toLowerCase()] = groups?.['quoted'] ?? groups?.['bare'] ?? '';
  }
  const { realm, service, scope } = values;
  if (realm === undefined || !/^https?:\/\//.test(realm)) return undefined;
  return {
    scheme: 'bearer',
    realm,
    ...(service === undefined ? {} : { service }),
    ...(scope === undefined ? {} : { scope }),
  };
}
