import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderJournalFiles } from './folder-journal-files.js';
import type { RunRecord, TaskRecord } from './journal.js';
import { createJournal, memoryJournalFiles } from './journal.js';

const run: RunRecord = { version: 1, state: 'running', startedMs: 1, resumedMs: [], tasks: [] };
const task: TaskRecord = { version: 1, name: 'build', state: 'succeeded', attempts: 1, durationMs: 5, cleanup: false };

describe(createJournal, () => {
  it('reads back what it wrote', async () => {
    const journal = createJournal(memoryJournalFiles());
    await journal.writeRun(run);
    await journal.writeTask(task);
    await journal.writeCheckpoint('build', { id: 7 });
    expect(await journal.readRun()).toEqual(run);
    expect(await journal.readTask('build')).toEqual({ ...task, checkpoint: { id: 7 } });
    expect(await journal.readCheckpoint('build')).toEqual({ id: 7 });
  });

  it('knows nothing at first', async () => {
    const journal = createJournal(memoryJournalFiles());
    expect([await journal.readRun(), await journal.readTask('a'), await journal.readCheckpoint('a')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes any torn record for none', async () => {
    const files = memoryJournalFiles();
    const journal = createJournal(files);
    await journal.writeTask(task);
    const whole = (await files.read('tasks/build.json'))?.trimEnd() ?? '';
    for (let length = 0; length < whole.length; length += 1) {
      await files.write('tasks/build.json', whole.slice(0, length));
      expect(await journal.readTask('build'), whole.slice(0, length)).toBeUndefined();
    }
    await files.write('tasks/build.json', whole);
    expect(await journal.readTask('build')).toEqual(task);
  });

  it.each(['null', '[]', '7', '{}', '{"version":2}', '{"version":1,"name":"other","state":"succeeded"}'])(
    'takes %s for no record',
    async (text) => {
      const files = memoryJournalFiles();
      for (const path of ['run.json', 'tasks/build.json', 'checkpoints/build.json']) await files.write(path, text);
      const journal = createJournal(files);
      expect([await journal.readRun(), await journal.readTask('build'), await journal.readCheckpoint('build')]).toEqual(
        [undefined, undefined, undefined],
      );
    },
  );

  it('keeps the checkpoint when the state is torn', async () => {
    const files = memoryJournalFiles();
    const journal = createJournal(files);
    await journal.writeCheckpoint('build', 'cluster-1');
    await files.write('tasks/build.json', '{"version":1,"na');
    expect([await journal.readTask('build'), await journal.readCheckpoint('build')]).toEqual([undefined, 'cluster-1']);
  });
});

describe(folderJournalFiles, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes whole files and makes folders', async () => {
    const files = folderJournalFiles(join(folder, 'new'));
    await files.write('tasks/a.json', 'one');
    await files.write('tasks/a.json', 'two');
    expect(await files.read('tasks/a.json')).toBe('two');
    expect(await readdir(join(folder, 'new/tasks'))).toEqual(['a.json']);
  });

  it('keeps every one of many writes at once', async () => {
    const files = folderJournalFiles(folder);
    const names = Array.from({ length: 50 }, (_, at) => `tasks/t${at}.json`);
    await Promise.all(names.map((name) => files.write(name, name)));
    expect(await Promise.all(names.map((name) => folderJournalFiles(folder).read(name)))).toEqual(names);
  });

  it('recovers when its folder could not be made at first', async () => {
    await writeFile(join(folder, 'tasks'), '');
    const files = folderJournalFiles(folder);
    await expect(files.write('tasks/a.json', 'one')).rejects.toMatchObject({ code: 'EEXIST' });
    await rm(join(folder, 'tasks'));
    await files.write('tasks/a.json', 'two');
    expect(await files.read('tasks/a.json')).toBe('two');
  });

  it('tells a missing file from one that cannot be read', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await folderJournalFiles(folder).read('missing')).toBeUndefined();
    await expect(folderJournalFiles(join(folder, 'file')).read('below')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
