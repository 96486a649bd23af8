import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createToken, readInClusterConfig, readOwnNamespace } from './in-cluster.js';

test('reads what a pod is told, from the folder that the environment names', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'service-account-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.crt'), 'CA');
  await writeFile(join(folder, 'token'), 'secret\n');
  await writeFile(join(folder, 'namespace'), 'lab\n');
  const env = {
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICEACCOUNT_DIR: folder,
  };
  const { host, port, ca, token } = await readInClusterConfig(env);
  assert.deepEqual(
    { host, port, ca, token: await token.get() },
    { host: '10.0.0.1', port: 443, ca: 'CA', token: 'secret' },
  );
  assert.equal(await readOwnNamespace(folder), 'lab');
});

test('says that this is no pod', async () => {
  await assert.rejects(readInClusterConfig({}), { message: /^not in a cluster: KUBERNETES_SERVICE_HOST/ });
});

test('reads the token anew after a minute, or when it was refused', async () => {
  let now = 0;
  let reads = 0;
  const token = createToken(
    async () => `token-${(reads += 1)}`,
    () => now,
  );
  assert.equal(await token.get(), 'token-1');
  now = 60_000;
  assert.equal(await token.get(), 'token-1');
  now = 60_001;
  assert.equal(await token.get(), 'token-2');
  token.drop();
  assert.equal(await token.get(), 'token-3');
});
