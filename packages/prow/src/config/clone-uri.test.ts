import { describe, expect, it } from 'vitest';
import { findCloneUriFault } from './clone-uri.js';

describe(findCloneUriFault, () => {
  it.each([
    ['https://github.com/acme/widgets.git', false],
    ['https://github.com:8443/acme/widgets.git', false],
    ['HTTPS://github.com/acme', false],
    ['https://[::1]:80/acme', false],
    ['git@github.com:acme/widgets.git', true],
    ['ssh://git@host.example/acme', true],
    ['/srv/git/widgets.git', true],
    ['../widgets', true],
    // Its user is taken off together with the scheme.
    ['https://user@github.com/acme/widgets.git', true],
  ])('takes %s; with an OAuth token, not: %s', (uri, refused) => {
    expect(findCloneUriFault(uri, false)).toBeUndefined();
    expect(findCloneUriFault(uri, true) !== undefined).toBe(refused);
  });

  it.each([':x', 'https://host:port/x', 'https://a b/x', 'https://h/%zz', '1a:b', 'a\nb', 'https://[::1/x'])(
    'refuses %j',
    (uri) => {
      expect(findCloneUriFault(uri, false)).toContain('not a URI to clone from');
    },
  );
});
