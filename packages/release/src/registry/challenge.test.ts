import { describe, expect, it } from 'vitest';
import { parseChallenge } from './challenge.js';

describe(parseChallenge, () => {
  it.each([
    ['Basic realm="x"', { scheme: 'basic' }],
    [
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
      {
        scheme: 'bearer',
        realm: 'https://auth.example/token',
        service: 'registry',
        scope: 'repository:a/b:pull,push',
      },
    ],
    ['bearer realm = "https://a.example"', { scheme: 'bearer', realm: 'https://a.example' }],
    ['Bearer service="x"', undefined],
    ['Bearer realm="file:///etc/passwd"', undefined],
    ['Negotiate', undefined],
    ['', undefined],
  ])('reads %j', (header, challenge) => expect(parseChallenge(header)).toEqual(challenge));
});
