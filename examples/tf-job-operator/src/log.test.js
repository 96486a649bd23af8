import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.js';

test('writes one JSON object a line, from its level up', () => {
  let text = '';
  const log = createLog({ write: (line) => (text += line), level: 'warn', now: () => 0 });
  log.info('started');
  log.warn('watch failed', { error: 'two\nlines' });
  assert.equal(
    text,
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"watch failed","error":"two\\nlines"}\n',
  );
});
