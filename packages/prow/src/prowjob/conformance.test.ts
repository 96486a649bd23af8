import type { Sandbox } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { baseSha, headSha, periodic, postsubmit } from './__fixtures__/configured-jobs.js';
import { openFolder } from './__fixtures__/run-in-folder.js';
import { createProwJob } from './create-prow-job.js';
import type { ProwJob } from './prow-job.js';

const options = { newId: () => 'id', startTimeMs: 0 };

describe('conformance', () => {
  let folder: Awaited<ReturnType<typeof openFolder>>;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await openFolder();
    sandbox = await startSandbox({
      docker: 'off',
      repositories: [
        {
          owner: 'acme',
          name: 'widgets',
          refs: { 'heads/main': 'c'.repeat(40) },
          pulls: [
            {
              number: 7,
              title: 'Fix',
              user: 'ada',
              head: { ref: 'fix', sha: headSha },
              base: { ref: 'main', sha: baseSha },
            },
          ],
        },
      ],
    });
  });
  afterAll(async () => {
    await sandbox.close();
    await folder[Symbol.asyncDispose]();
  });

  it('41: the label of a long job is cut to what a label may be, its annotation is whole', () => {
    const name = `${'a'.repeat(62)}._-bcd`;
    const { metadata } = createProwJob({ ...periodic, job: { ...periodic.job, name } }, options);
    expect(metadata.labels?.['prow.k8s.io/job']).toBe('a'.repeat(62));
    expect(metadata.annotations?.['prow.k8s.io/job']).toBe(name);
  });

  it.each([
    ['release/1.2', '1.2'],
    ['feat/x_', undefined],
  ])('42: the label of the base ref %s is %s', (base_ref, label) => {
    const refs = { org: 'acme', repo: 'widgets', base_ref };
    const { labels } = createProwJob(postsubmit, { ...options, refs }).metadata;
    expect(labels?.['prow.k8s.io/refs.base_ref']).toBe(label);
  });

  it('43: a periodic without extra refs has no labels of refs and an empty context', () => {
    const { labels, annotations } = createProwJob(
      { ...periodic, job: { ...periodic.job, extra_refs: undefined } },
      options,
    ).metadata;
    expect(Object.keys(labels ?? {}).filter((key) => key.includes('/refs.'))).toEqual([]);
    expect(labels?.['prow.k8s.io/context']).toBe('');
    expect(annotations?.['prow.k8s.io/context']).toBe('');
  });

  it('44: mkpj of an unknown job fails with nothing on stdout', async () => {
    const { code, stdout, stderr } = await folder.mkpj('none');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('there is no job "none"');
  });

  it('44: mkpj without --job is a usage error with nothing on stdout', async () => {
    const { code, stdout, stderr } = await folder.run(['mkpj', '--config-path', 'config.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--job');
  });

  it('45: mkpj of a presubmit with only a number looks up author, head and base, but no title', async () => {
    const { code, stdout } = await folder.mkpj('pull-widgets-unit', ['--pull-number', '7'], { env: sandbox.env });
    expect(code).toBe(0);
    expect((parse(stdout) as ProwJob).spec.refs).toEqual({
      org: 'acme',
      repo: 'widgets',
      base_ref: 'main',
      base_sha: baseSha,
      pulls: [{ number: 7, author: 'ada', sha: headSha }],
    });
  });

  it('46: rerun of a finished ProwJob starts anew', async () => {
    const done = await folder.write(`apiVersion: prow.k8s.io/v1
kind: ProwJob
metadata: { name: old, labels: { created-by-prow: "true" } }
spec: { type: periodic, job: ci }
status: { state: success, startTime: "2026-08-01T02:00:00Z", completionTime: "2026-08-01T03:00:00Z", build_id: "7" }
`);
    const nowMs = Date.parse('2026-08-02T00:00:00Z');
    const clock = { now: () => nowMs, sleep: async () => undefined };
    const { stdout } = await folder.run(['rerun', done], { clock });
    const { metadata, status } = parse(stdout) as ProwJob;
    expect(metadata.name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(status).toEqual({ startTime: '2026-08-02T00:00:00Z', state: 'triggered' });
  });
});
