import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInformer } from './informer.js';
import { ApiError } from './kube-client.js';

const silent = { info() {}, warn() {} };
const pod = (name, resourceVersion) => ({ metadata: { namespace: 'lab', name, resourceVersion } });

/** Runs an informer on a client whose lists and watches are scripted; ends when the script does. */
async function follow({ lists, watches }) {
  const controller = new AbortController();
  const seen = [];
  const pauses = [];
  const versions = [];
  const next = (script) => {
    const step = script.shift();
    if (step === undefined) controller.abort();
    if (step === undefined || step instanceof Error) throw step ?? new Error('end of the script');
    return step;
  };
  const client = {
    get: async () => next(lists),
    async *watch(path, { resourceVersion }) {
      versions.push(resourceVersion);
      const step = next(watches);
      yield* step.events ?? step;
      if (step.error) throw step.error;
    },
  };
  const informer = createInformer({
    client,
    path: '/api/v1/pods',
    log: silent,
    onChange: ({ metadata }) => seen.push(`${metadata.name}@${metadata.resourceVersion}`),
    sleep: async (ms) => void pauses.push(ms),
  });
  await informer.run(controller.signal);
  return { seen, pauses, versions, informer };
}
const list = (resourceVersion, ...items) => ({ items, metadata: { resourceVersion } });

test('follows events and goes on where a watch ended', async () => {
  const { seen, versions, informer } = await follow({
    lists: [list('5', pod('a', '3'), pod('b', '4'))],
    watches: [
      [
        { type: 'MODIFIED', object: pod('a', '6') },
        { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } },
      ],
      { events: [{ type: 'DELETED', object: pod('b', '10') }], error: new Error('socket hang up') },
    ],
  });
  assert.deepEqual(seen, ['a@3', 'b@4', 'a@6', 'b@10']);
  assert.deepEqual(versions, ['5', '9', '10']);
  assert.equal(informer.get('lab', 'b'), undefined);
  assert.equal(informer.get('lab', 'a').metadata.resourceVersion, '6');
});

test('lists anew after 410 and tells only what differs', async () => {
  const { seen, versions } = await follow({
    lists: [list('5', pod('a', '3'), pod('gone', '4')), list('20', pod('a', '3'), pod('new', '15'))],
    watches: [new ApiError(410, 'Expired', 'too old')],
  });
  assert.deepEqual(seen, ['a@3', 'gone@4', 'new@15', 'gone@4']);
  assert.deepEqual(versions, ['5', '20']);
});

test('waits longer and longer while the server is away, but not for the list that follows', async () => {
  const away = Array.from({ length: 8 }, () => new Error('connect ECONNREFUSED'));
  const { pauses } = await follow({
    lists: [list('5'), list('30')],
    watches: [...away, new ApiError(410, 'Expired', 'too old')],
  });
  assert.ok(pauses[7] >= 5_000 && pauses[7] <= 10_000, `paused ${pauses[7]} ms`);
  assert.ok(pauses[8] <= 200, `paused ${pauses[8]} ms`);
});

test('waits longer and longer when every list is too old at once', async () => {
  const { pauses } = await follow({
    lists: Array.from({ length: 9 }, () => list('5')),
    watches: Array.from({ length: 8 }, () => new ApiError(410, 'Expired', 'too old')),
  });
  assert.ok(pauses[7] >= 5_000, `paused ${pauses[7]} ms`);
});
