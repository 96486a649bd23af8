import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines } from './kube-client.js';

async function collect(...chunks) {
  const found = [];
  for await (const line of lines(chunks.map((chunk) => Buffer.from(chunk)))) found.push(line);
  return found;
}

test('puts lines together that were split anywhere, even inside a character', async () => {
  const bytes = Buffer.from('{"a":"é"}\n{"b":1}\n');
  assert.deepEqual(await collect(bytes.subarray(0, 7), bytes.subarray(7)), ['{"a":"é"}', '{"b":1}']);
});

test('leaves out a last line without its end', async () => {
  assert.deepEqual(await collect('{"a":1}\n\n{"b":'), ['{"a":1}']);
});
