import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, describe, it } from 'vitest';
import { checkSecretNames, gatherSecrets } from './secrets.js';

describe(gatherSecrets, () => {
  it("finds what is in the environment, Google's credentials and Docker's logins", async () => {
    const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
    const credentials = { type: 'service_account', private_key_id: 'abc123abc', private_key: 'line-one\nline-two' };
    await writeFile(join(dir, 'key.json'), JSON.stringify(credentials));
    const auth = Buffer.from('me:docker-password').toString('base64');
    await writeFile(join(dir, 'config.json'), JSON.stringify({ auths: { 'registry.example.com': { auth } } }));
    const env = {
      GOOGLE_APPLICATION_CREDENTIALS: join(dir, 'key.json'),
      DOCKER_CONFIG: dir,
      GITHUB_TOKEN: 'ghp_0123456789',
      LICENSE: 'correct-horse',
    };
    expect(await gatherSecrets(env, ['LICENSE'])).toEqual([
      'ghp_0123456789',
      'correct-horse',
      'line-one\nline-two',
      auth,
      'docker-password',
    ]);
    await rm(dir, { recursive: true });
  });

  it('does without files that are not there', async () => {
    expect(await gatherSecrets({ HOME: '/nowhere', GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' })).toEqual([]);
  });
});

describe(checkSecretNames, () => {
  it('refuses a variable that is not set or too short to be told from other text', () => {
    expect(() => checkSecretNames({}, ['LICENSE'])).toThrow('--redact LICENSE: there is no such variable');
    expect(() => checkSecretNames({ LICENSE: 'true' }, ['LICENSE'])).toThrow('its value has only 4 characters');
    expect(() => checkSecretNames({ LICENSE: 'longer' }, ['LICENSE'])).not.toThrow();
  });
});
