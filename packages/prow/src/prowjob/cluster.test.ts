import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProwError } from '../errors.js';
import { periodic } from './__fixtures__/configured-jobs.js';
import type { ProwJobCluster } from './cluster.js';
import { createProwJobCluster } from './cluster.js';
import { createProwJob } from './create-prow-job.js';
import type { KubeRequest } from './kube-request.js';
import type { ProwJob, ProwJobState } from './prow-job.js';

const job = createProwJob(periodic, { newId: () => 'one', startTimeMs: 0 });
const inState = (state: ProwJobState): ProwJob => ({ ...job, status: { ...job.status, state } });
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const list = (...items: ProwJob[]) => JSON.stringify({ metadata: { resourceVersion: '5' }, items });
const status = (httpStatus: number, infrastructure = httpStatus >= 500) =>
  new ProwError('TRIGGER', `answered ${httpStatus}`, { httpStatus, infrastructure });
const noAnswer = new ProwError('TRIGGER', 'no answer', { infrastructure: true });

// Of an answer only its body is read.
const answer = (body: Iterable<string> | AsyncIterable<string>) =>
  Readable.from(body, { objectMode: false }) as unknown as IncomingMessage;

async function* cutOff(text: string): AsyncGenerator<string> {
  yield text;
  throw new Error('connection reset');
}

/** A server that answers one after the other; without an answer left, it fails the test. */
function serve(...answers: (string | Error | AsyncIterable<string>)[]) {
  const requests: KubeRequest[] = [];
  const time = { nowMs: 0 };
  const clock = {
    now: () => time.nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      time.nowMs += ms;
    },
  };
  const cluster = createProwJobCluster(
    {
      clock,
      send: async (request) => {
        requests.push(request);
        const next = answers.length > 1 ? answers.shift() : answers[0];
        if (next instanceof Error) throw next;
        return answer(typeof next === 'string' ? [next] : (next ?? []));
      },
    },
    { namespace: 'prow' },
  );
  return { cluster, requests, time };
}

async function statesOf(cluster: ProwJobCluster, count: number): Promise<(ProwJobState | undefined)[]> {
  const states: (ProwJobState | undefined)[] = [];
  for await (const seen of cluster.observe('one')) {
    states.push(seen?.status.state);
    if (states.length === count) break;
  }
  return states;
}

describe(createProwJobCluster, () => {
  it('watches from the version of the list, and lists again when a watch ends', async () => {
    const { cluster, requests } = serve(
      list(inState('triggered')),
      event('MODIFIED', inState('pending')) + event('BOOKMARK', { metadata: {} }),
      list(inState('success')),
    );
    expect(await statesOf(cluster, 3)).toEqual(['triggered', 'pending', 'success']);
    const path = '/apis/prow.k8s.io/v1/namespaces/prow/prowjobs';
    const fieldSelector = 'metadata.name=one';
    expect(requests[0]).toMatchObject({ method: 'GET', path, query: { fieldSelector } });
    expect(requests[1]).toMatchObject({ query: { fieldSelector, watch: 'true', resourceVersion: '5' } });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['an error event', event('ERROR', { code: 410, message: 'too old resource version' })],
    ['a refusal as gone', status(410)],
    ['a cut in the middle of an event', cutOff(event('MODIFIED', inState('pending')).slice(0, 40))],
    ['a line that is no JSON', 'oops\n'],
    ['a server that is away', noAnswer],
  ])('lists again after %s', async (_what, failure) => {
    const { cluster } = serve(list(inState('triggered')), failure, list(inState('success')));
    expect(await statesOf(cluster, 2)).toEqual(['triggered', 'success']);
  });

  it('tells that the job is deleted', async () => {
    const { cluster } = serve(list(inState('pending')), event('DELETED', inState('pending')), list());
    expect(await statesOf(cluster, 3)).toEqual(['pending', undefined, undefined]);
  });

  it.each([
    ['the list', [status(403, true)]],
    ['the watch', [list(inState('pending')), status(403, true)]],
  ])('gives up when %s is forbidden', async (_what, answers) => {
    const { cluster } = serve(...answers);
    await expect(statesOf(cluster, 2)).rejects.toMatchObject({ code: 'TRIGGER', httpStatus: 403 });
  });

  it('gives up on a server that stays away for ten minutes', async () => {
    const { cluster, time } = serve(noAnswer);
    await expect(statesOf(cluster, 1)).rejects.toBe(noAnswer);
    expect(time.nowMs).toBeGreaterThan(590_000);
    expect(time.nowMs).toBeLessThanOrEqual(600_000);
  });

  it.each([
    ['503', status(503)],
    ['429', status(429, true)],
    ['no answer', noAnswer],
    ['half an answer', '{"api'],
  ])('creates again after %s', async (_what, failure) => {
    const { cluster, requests } = serve(failure, JSON.stringify(job));
    expect((await cluster.create(job)).metadata.name).toBe('one');
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(requests[0]?.body).toMatchObject({ metadata: { name: 'one', namespace: 'prow' } });
  });

  it('finds what it created when the answer got lost', async () => {
    const { cluster, requests } = serve(noAnswer, status(409), JSON.stringify(inState('pending')));
    expect((await cluster.create(job)).status.state).toBe('pending');
    expect(requests[2]).toMatchObject({ method: 'GET', path: expect.stringMatching(/prowjobs\/one$/) });
  });

  it('refuses a name that was taken before', async () => {
    await expect(serve(status(409)).cluster.create(job)).rejects.toMatchObject({ httpStatus: 409 });
  });

  it.each([401, 403, 404, 422])('does not repeat what is refused with %i', async (httpStatus) => {
    const { cluster, requests } = serve(status(httpStatus));
    await expect(cluster.create(job)).rejects.toMatchObject({ httpStatus });
    expect(requests).toHaveLength(1);
  });

  it('names what breaks off when every answer does', async () => {
    await expect(serve('{"api').cluster.get('one')).rejects.toMatchObject({ code: 'TRIGGER', infrastructure: true });
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('stopped');
    const { cluster } = serve(noAnswer);
    await expect(cluster.get('one', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
