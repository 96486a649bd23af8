import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeTask, parseTfConfig } from './tf-config.js';

const cluster = { chief: ['a:2222'], worker: ['b:2222', 'c:2222'] };

test('reads who this replica is', () => {
  const config = parseTfConfig(JSON.stringify({ cluster, task: { type: 'worker', index: 1 } }));
  assert.equal(describeTask(config), 'worker 1 of a cluster of 1 chief, 2 worker, at c:2222');
});

for (const [why, text, message] of [
  ['nothing', undefined, /TF_CONFIG is not set/],
  ['an unknown type', JSON.stringify({ cluster, task: { type: 'boss', index: 0 } }), /unknown task type "boss"/],
  ['an index beyond the cluster', JSON.stringify({ cluster, task: { type: 'worker', index: 2 } }), /has no worker 2/],
]) {
  test(`rejects ${why}`, () => assert.throws(() => parseTfConfig(text), { message }));
}
