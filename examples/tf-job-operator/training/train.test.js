import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const program = fileURLToPath(new URL('train.js', import.meta.url));
const cluster = { chief: ['a:1'], ps: ['b:1'] };

/** Runs the program; `onText` sees the output so far and may end it. */
function train(type, env = {}, onText = () => {}) {
  const TF_CONFIG = JSON.stringify({ cluster, task: { type, index: 0 } });
  const child = spawn(process.execPath, [program], { env: { ...process.env, TF_CONFIG, SECONDS: '0', ...env } });
  let text = '';
  child.stdout.on('data', (chunk) => onText((text += chunk), child));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

test('a chief trains and ends well', async () => {
  const { code, text } = await train('chief');
  assert.equal(code, 0);
  assert.match(text, /step 10\/10[^]*saved the model\ntrained/);
});

test('FAIL=1 ends badly half way', async () => {
  const { code, text } = await train('chief', { FAIL: '1' });
  assert.equal(code, 1);
  assert.match(text, /step 5\/10[^]*error: FAIL=1/);
});

test('a parameter server serves until SIGTERM', async () => {
  const { code, text } = await train(
    'ps',
    {},
    (soFar, child) => soFar.includes('serving') && !child.killed && child.kill('SIGTERM'),
  );
  assert.equal(code, 0);
  assert.match(text, /stopped\n$/);
});
