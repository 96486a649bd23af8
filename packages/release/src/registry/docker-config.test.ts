import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../testing/temp-folder.js';
import { parseDockerConfig, readDockerConfig } from './docker-config.js';

const nothing = { auths: {}, credHelpers: {}, credsStore: undefined };

describe(parseDockerConfig, () => {
  it('keeps logins, helpers and the store, and leaves out what is no text', () => {
    const text = JSON.stringify({
      auths: { 'gcr.io': { auth: 'YTpi', email: 'x' }, 'a.example': { identitytoken: 't', auth: 1 }, broken: 3 },
      credHelpers: { 'eu.gcr.io': 'gcloud', other: 7 },
      credsStore: 'desktop',
      HttpHeaders: {},
    });
    expect(parseDockerConfig(text, 'config.json')).toEqual({
      auths: { 'gcr.io': { auth: 'YTpi' }, 'a.example': { identitytoken: 't' } },
      credHelpers: { 'eu.gcr.io': 'gcloud' },
      credsStore: 'desktop',
    });
  });

  it.each(['{"auths": {"gcr.io": {"auth": "c2VjcmV0"', '[]', 'null', ''])('rejects %j without repeating it', (text) => {
    expect(() => parseDockerConfig(text, '/home/x/config.json')).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: '/home/x/config.json is not a JSON map' }),
    );
  });
});

describe(readDockerConfig, () => {
  it.each([
    ['no folder is known', async () => ({})],
    ['the file is missing', async () => ({ DOCKER_CONFIG: await tempFolder() })],
    ['the home has none', async () => ({ HOME: await tempFolder() })],
  ])('is empty where %s', async (_what, env) => expect(await readDockerConfig(await env())).toEqual(nothing));

  it('prefers DOCKER_CONFIG to the home', async () => {
    const dir = await tempFolder();
    await writeFile(join(dir, 'config.json'), '{"credsStore": "pass"}');
    const found = await readDockerConfig({ DOCKER_CONFIG: dir, HOME: await tempFolder() });
    expect(found).toEqual({ ...nothing, credsStore: 'pass' });
  });
});
