import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHealthServer } from './health-server.js';

const quiet = { info() {}, warn() {} };

test('is healthy at once and ready when the operator is', async (t) => {
  let ready = false;
  const health = await startHealthServer({ port: 0, isReady: () => ready, log: quiet });
  t.after(() => health.close());
  const ask = async (path) => (await fetch(`http://127.0.0.1:${health.port}${path}`)).status;
  assert.deepEqual([await ask('/healthz'), await ask('/readyz'), await ask('/')], [200, 503, 404]);
  ready = true;
  assert.equal(await ask('/readyz'), 200);
});

test('goes without where the port is taken', async (t) => {
  const first = await startHealthServer({ port: 0, isReady: () => true, log: quiet });
  t.after(() => first.close());
  const warnings = [];
  const second = await startHealthServer({
    port: first.port,
    isReady: () => true,
    log: { ...quiet, warn: (message) => warnings.push(message) },
  });
  assert.equal(second, undefined);
  assert.deepEqual(warnings, ['no health endpoint']);
});
