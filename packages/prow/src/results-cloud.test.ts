import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProwJobInfo } from './job.js';
import { writeStarted } from './results.js';
import type { ResultWriter } from './results.js';
import { createStarted } from './started.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off' });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const job: ProwJobInfo = {
  type: 'presubmit',
  job: 'pull-widgets-unit',
  buildId: '17',
  refs: { org: 'acme', repo: 'widgets', base_ref: 'main', pulls: [{ number: 7, sha: 's' }] },
  decorated: false,
  warnings: [],
};
const run = 'pr-logs/pull/acme_widgets/7/pull-widgets-unit/17';

/** What Cloud Storage itself says of an object, as TestGrid asks for it. */
async function objectFacts(name: string): Promise<unknown> {
  const { STORAGE_EMULATOR_HOST: host = '' } = sandbox.env;
  const base = host.startsWith('http') ? host : `http://${host}`;
  const response = await fetch(`${base}/storage/v1/b/seatrial-results/o/${encodeURIComponent(name)}`);
  return response.json();
}

describe(writeStarted, () => {
  it('leaves in Cloud Storage what readers look for, the run before what leads to it', async () => {
    const store = createObjectStore(storeOptionsFromEnv(sandbox.env));
    const order: string[] = [];
    const watched: ResultWriter = {
      write: async (uri, body, options) => {
        await store.write(uri, body, options);
        order.push(uri.slice('gs://seatrial-results/'.length));
      },
    };
    const started = createStarted(job, { timestampMs: 1_700_000_000_000 });
    const { runUri } = await writeStarted(watched, 'seatrial-results', job, started);
    const directory = 'pr-logs/directory/pull-widgets-unit';
    expect(order).toEqual([
      `${run}/started.json`,
      `${directory}/17.txt`,
      `${directory}/latest-build.txt`,
      'pr-logs/pull/acme_widgets/7/pull-widgets-unit/latest-build.txt',
    ]);
    expect(await objectFacts(`${directory}/17.txt`)).toMatchObject({
      contentType: 'text/plain; charset=utf-8',
      metadata: { 'x-goog-meta-link': runUri, link: runUri },
    });
    expect(await objectFacts(`${directory}/latest-build.txt`)).toMatchObject({ cacheControl: 'no-cache, max-age=0' });
    expect(await objectFacts(`${run}/started.json`)).toMatchObject({ contentType: 'application/json' });
    expect(await store.readText(`gs://seatrial-results/${directory}/17.txt`)).toBe(`gs://seatrial-results/${run}`);
  });
});
