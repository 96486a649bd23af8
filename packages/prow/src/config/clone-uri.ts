const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;

/**
 * What is wrong with a `clone_uri`; `undefined` when nothing is. As Prow does, all up to the first `@` is left out before it is
 * read as a URL: `git@github.com:acme/widgets.git` passes, and with an OAuth token a user before the host does not.
 *
 * @param overHttp whether the repository is cloned with an OAuth token.
 * @see https://pkg.go.dev/net/url#Parse
 */
export function findCloneUriFault(uri: string, overHttp: boolean): string | undefined {
  const bare = uri.slice(uri.indexOf('@') + 1);
  if (!isGoUrl(bare)) return `not a URI to clone from: ${JSON.stringify(uri)}`;
  const scheme = SCHEME.exec(bare)?.[1]?.toLowerCase();
  if (!overHttp || scheme === 'http' || scheme === 'https') return undefined;
  return `an OAuth token can be used over http(s) only, not with ${JSON.stringify(uri)}`;
}

/** Whether Go's `url.Parse` takes a text; it takes far more than WHATWG's URL, among others paths without a host. */
function isGoUrl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text) || text.startsWith(':')) return false;
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length).split(/[?#]/)[0] ?? '';
  if (scheme === '' && !rest.startsWith('/') && rest.split('/')[0]?.includes(':') === true) return false;
  if (scheme !== '' && !rest.startsWith('/')) return true; // opaque, as in mailto:
  if (/%(?![0-9A-Fa-f]{2})/.test(rest)) return false;
  const authority = /^\/\/([^/]*)/.exec(rest)?.[1] ?? '';
  if (/[\s<>"\\^`{|}]/.test(authority)) return false;
  // A port is digits; colons elsewhere stand in brackets.
  return /^(?:\[[0-9A-Fa-f:.%]+\]|[^:[\]]*)(?::\d*)?$/.test(authority);
}
