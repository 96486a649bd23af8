import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../testing/temp-folder.js';
import { createAskHelper } from './credential-helper.js';
import { createFindCredentials, type CredentialSources } from './credentials.js';
import { parseDockerConfig } from './docker-config.js';
import { isGoogleRegistry } from './google-token.js';

const auth = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

function find(config: unknown, sources: Partial<CredentialSources> = {}) {
  const asked: string[] = [];
  const findCredentials = createFindCredentials({
    config: async () => parseDockerConfig(JSON.stringify(config), 'config.json'),
    askHelper: async (helper, server) => {
      asked.push(`${helper} ${server}`);
      return undefined;
    },
    googleToken: async () => undefined,
    ...sources,
  });
  return { findCredentials, asked };
}

describe(createFindCredentials, () => {
  it.each([
    ['its name', { 'a.example': { auth: auth('u', 'p:w') } }],
    ['its address', { 'https://a.example/v1/': { auth: auth('u', 'p:w') } }],
  ])('takes the login of the file under %s', async (_what, auths) => {
    const { findCredentials } = find({ auths });
    expect(await findCredentials('a.example')).toEqual({ username: 'u', password: 'p:w', serveraddress: 'a.example' });
    expect(await findCredentials('b.example')).toBeUndefined();
  });

  it('looks Docker Hub up under the address of its first API', async () => {
    const { findCredentials } = find({ auths: { 'https://index.docker.io/v1/': { identitytoken: 't' } } });
    expect(await findCredentials('docker.io')).toEqual({
      identitytoken: 't',
      serveraddress: 'https://index.docker.io/v1/',
    });
  });

  it('asks the helper of the registry, else the store of all, else reads the file', async () => {
    const config = {
      credHelpers: { 'gcr.io': 'gcloud' },
      credsStore: 'pass',
      auths: { 'b.example': { auth: auth('u', 'p') } },
    };
    const { findCredentials, asked } = find(config);
    expect(await findCredentials('gcr.io')).toBeUndefined();
    expect(await findCredentials('b.example')).toMatchObject({ username: 'u' });
    expect(asked).toEqual(['gcloud gcr.io', 'pass b.example']);
  });

  it("takes Google's own login for Google's registries where no helper is named", async () => {
    const { findCredentials } = find({}, { googleToken: async () => 'ya29' });
    expect(await findCredentials('europe-docker.pkg.dev')).toMatchObject({
      username: 'oauth2accesstoken',
      password: 'ya29',
    });
    expect(await findCredentials('a.example')).toBeUndefined();
  });
});

describe(isGoogleRegistry, () => {
  it.each(['gcr.io', 'eu.gcr.io', 'us-central1-docker.pkg.dev'])('is true of %s', (host) =>
    expect(isGoogleRegistry(host)).toBe(true),
  );
  it.each(['gcr.io.example.com', 'notgcr.io', 'docker.pkg.dev.example', 'gcr.io:443'])('is false of %s', (host) =>
    expect(isGoogleRegistry(host)).toBe(false),
  );
});

describe(createAskHelper, () => {
  async function helper(script: string) {
    const dir = await tempFolder();
    const path = join(dir, 'docker-credential-test');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return createAskHelper({ PATH: `${dir}:/usr/bin:/bin` });
  }

  it('gives the server on standard input and reads user and secret', async () => {
    const ask = await helper(`read server; echo "{\\"Username\\": \\"$1\\", \\"Secret\\": \\"$server\\"}"`);
    expect(await ask('test', 'a.example')).toEqual({ username: 'get', password: 'a.example' });
  });

  it('takes the user <token> as a token of an earlier login', async () => {
    const ask = await helper(`echo '{"Username": "<token>", "Secret": "t"}'`);
    expect(await ask('test', 'a.example')).toEqual({ identitytoken: 't' });
  });

  it('knows no login where the helper says so', async () => {
    const ask = await helper('echo "credentials not found in native keychain"; exit 1');
    expect(await ask('test', 'a.example')).toBeUndefined();
  });

  it.each([
    ['fails', 'echo s3cret; exit 3', 'docker-credential-test ended with 3'],
    ['answers with no JSON', 'echo s3cret', 'docker-credential-test answered with something else than credentials'],
  ])('throws without its output when it %s', async (_what, script, message) => {
    const ask = await helper(script);
    const error: unknown = await ask('test', 'a.example').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'DENIED', message: expect.stringContaining(message) as string });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
  });

  it('says which program is missing', async () => {
    const ask = createAskHelper({ PATH: await tempFolder() });
    await expect(ask('nowhere', 'a.example')).rejects.toThrow('docker-credential-nowhere is not installed');
  });

  it('rejects a name that is a path', async () => {
    await expect(createAskHelper({})('../x', 'a')).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });
});
