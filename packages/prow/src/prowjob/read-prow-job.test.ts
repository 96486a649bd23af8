import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { periodic } from './__fixtures__/configured-jobs.js';
import { createProwJob } from './create-prow-job.js';
import { formatYaml } from './format-prow-job.js';
import { isFileName, readProwJobFile } from './read-prow-job.js';

const job = createProwJob(periodic, { newId: () => 'one', startTimeMs: 0 });
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function read(text: string) {
  await writeFile(join(cwd, 'job.yaml'), text);
  return readProwJobFile('job.yaml', { cwd, stdin: Readable.from([]) });
}

describe(readProwJobFile, () => {
  it.each([
    ['YAML', async () => formatYaml(job)],
    ['JSON', async () => JSON.stringify(job)],
    [
      'a time without quotes',
      async () => (await formatYaml(job)).replaceAll('"1970-01-01T00:00:00Z"', '1970-01-01T00:00:00Z'),
    ],
    [
      'nulls, as older Prows print them',
      async () => (await formatYaml(job)).replace('  labels:', '  creationTimestamp: null\n  labels:'),
    ],
  ])('reads %s', async (_what, text) => {
    expect(await read(await text())).toMatchObject(JSON.parse(JSON.stringify(job)) as object);
  });

  it('reads stdin', async () => {
    const stdin = Readable.from([Buffer.from(await formatYaml(job))]);
    expect((await readProwJobFile('-', { cwd, stdin })).metadata.name).toBe('one');
  });

  it.each([
    ['another kind', 'apiVersion: v1\nkind: Pod\n', 'job.yaml is not a ProwJob: apiVersion'],
    ['an unknown state', JSON.stringify({ ...job, status: { state: 'done' } }), 'status.state'],
    ['no YAML', 'a: [', 'job.yaml is not YAML'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'job.yaml is not YAML'],
    ['nothing', '', 'job.yaml is not a ProwJob'],
    ['something huge', ' '.repeat(5 * 1024 * 1024), 'job.yaml is too large'],
  ])('refuses %s', async (_what, text, message) => {
    const hint = expect.stringContaining('mkpj');
    await expect(read(text)).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringContaining(message),
      hint,
    });
  });

  it('names a file that is not there', async () => {
    const reading = readProwJobFile('gone.yaml', { cwd, stdin: Readable.from([]) });
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_FLAG', message: 'cannot read gone.yaml' });
  });
});

describe(isFileName, () => {
  it.each(['-', 'job.yaml', 'job.YML', 'job.json', './job', 'runs/7'])('takes %s for a file', (text) => {
    expect(isFileName(text)).toBe(true);
  });

  it.each(['6f0c1f0e-5d2b-4b8e-9a57-0d3f6a1c2b11', 'job', 'yaml', 'v1.2'])('takes %s for a name', (text) => {
    expect(isFileName(text)).toBe(false);
  });
});
