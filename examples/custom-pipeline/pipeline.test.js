import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createJournal, folderJournalFiles, runGraph } from '@seatrial/pipeline';
import { createWordCount } from './pipeline.js';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'journal-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('adds up the words of all texts', async () => {
  const { state, tasks } = await runGraph(createWordCount({ a: 'one two', b: 'three' })).result;
  assert.equal(state, 'succeeded');
  assert.deepEqual(tasks['sum']?.output, { words: 3 });
});

test('skips the sum when a text cannot be counted, and leaves no folder behind', async () => {
  const journal = createJournal(folderJournalFiles(join(dir, 'failed')));
  const { state, tasks } = await runGraph(createWordCount({ good: 'one', empty: '' }), { journal }).result;
  assert.equal(state, 'failed');
  assert.equal(tasks['count-empty']?.error?.message, 'empty has no words');
  assert.equal(tasks['sum']?.state, 'skipped');
  assert.equal(tasks['clean']?.state, 'succeeded');
  assert.equal(existsSync(tasks['prepare']?.output.dir), false);
});

test('resumes a run: what failed is done again', async () => {
  const files = join(dir, 'resumed');
  const first = await runGraph(createWordCount({ a: '' }), { journal: createJournal(folderJournalFiles(files)) })
    .result;
  assert.equal(first.state, 'failed');
  const journal = createJournal(folderJournalFiles(files));
  const second = await runGraph(createWordCount({ a: 'now there' }), { journal, resume: true }).result;
  assert.deepEqual(second.tasks['sum']?.output, { words: 2 });
});
