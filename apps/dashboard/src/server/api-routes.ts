import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { DashboardError } from '../errors.js';
import { checkCount } from '../results/builds.js';
import { checkPath, parseJobPath, parsePullPath, parseRunPath } from '../results/run-path.js';
import type { ReadModel } from './read-model.js';
import { SANDBOX_POLICY } from './headers.js';

/** How long a call about a log waits for its index, in milliseconds. */
const LOG_WAIT_MS = 1_500;
/** Between two signs of life on an event stream, in milliseconds: proxies cut what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
const MAX_QUERY = 500;

/** The calls below `api/`, all of them GET. See `api.ts` for what each answers. */
export function apiRoutes(model: ReadModel, options: { readonly signal: AbortSignal }): Hono {
  const api = new Hono();
  const jobOf = (c: Context) => parseJobPath(need(c, 'job'));
  const runOf = (c: Context): string => parseRunPath(need(c, 'run')).run;
  const pageOf = (c: Context, bounds: { standard: number; max: number }) => {
    const before = c.req.query('before');
    if (before !== undefined && !/^\d{1,30}$/.test(before)) {
      throw new DashboardError('INVALID_REQUEST', `before is not a build id: ${JSON.stringify(before)}`);
    }
    return { count: checkCount(c.req.query('count'), bounds), ...(before === undefined ? {} : { before }) };
  };
  const logOf = (c: Context): string => `${runOf(c)}/${checkPath(need(c, 'file'), 'a log')}`;

  api.get('/jobs', async (c) => c.json(await model.jobs()));
  api.get('/job', async (c) => c.json(await model.job(jobOf(c), pageOf(c, { standard: 20, max: 200 }))));
  api.get('/grid', async (c) => c.json(await model.grid(jobOf(c), pageOf(c, { standard: 50, max: 200 }))));
  api.get('/pulls', async (c) => c.json(await model.pulls()));
  api.get('/pull', async (c) =>
    c.json(await model.pull(parsePullPath(need(c, 'pull')), pageOf(c, { standard: 8, max: 50 }))),
  );
  api.get('/run', async (c) => c.json(await model.run(runOf(c))));
  api.get('/tests', async (c) => c.json(await model.tests(runOf(c))));
  api.get('/artifacts', async (c) => c.json(await model.artifacts(runOf(c))));
  api.get('/compare', async (c) =>
    c.json(await model.compare(parseRunPath(need(c, 'a')).run, parseRunPath(need(c, 'b')).run)),
  );

  api.get('/log', async (c) => c.json(await model.logs.describe(logOf(c), { waitMs: LOG_WAIT_MS })));
  api.get('/log/lines', async (c) =>
    c.json(await model.logs.lines(logOf(c), { from: Number(need(c, 'from')), count: Number(need(c, 'count')) })),
  );
  api.get('/log/search', async (c) => {
    const text = need(c, 'q');
    if (text.length > MAX_QUERY) {
      throw new DashboardError('INVALID_REQUEST', `a search of ${text.length} characters is too long`, {
        hint: `Search for ${MAX_QUERY} characters at most.`,
      });
    }
    return c.json(await model.logs.search(logOf(c), text, { signal: c.req.raw.signal }));
  });

  // Never shown as what it says it is: as text, or to be saved.
  api.get('/artifact', async (c) => {
    const path = `${runOf(c)}/${checkPath(need(c, 'file'), 'an artifact')}`;
    const name = path.split('/').at(-1) ?? 'artifact';
    const isShown = c.req.query('show') === '1';
    c.header('content-security-policy', SANDBOX_POLICY);
    c.header('content-type', isShown ? 'text/plain; charset=utf-8' : 'application/octet-stream');
    c.header('content-disposition', `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeName(name)}`);
    const stream = await model.open(path);
    return c.body(Readable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>);
  });

  api.get('/events', (c) => {
    const run = runOf(c);
    c.header('x-accel-buffering', 'no'); // nginx would hold events back
    return streamSSE(c, async (stream) => {
      const stop = new AbortController();
      const end = (): void => stop.abort();
      stream.onAbort(end);
      options.signal.addEventListener('abort', end, { once: true });
      const beat = setInterval(() => void stream.write(': alive\n\n'), HEARTBEAT_MS);
      try {
        for await (const answer of model.watch.follow(run, stop.signal)) {
          await stream.writeSSE({ event: 'run', id: answer.version, data: JSON.stringify(answer) });
        }
        if (!stop.signal.aborted) await stream.writeSSE({ event: 'end', data: '' });
      } finally {
        clearInterval(beat);
        options.signal.removeEventListener('abort', end);
      }
    });
  });
  return api;
}

/** @throws {DashboardError} `INVALID_REQUEST` when the query has no such parameter. */
function need(c: Context, name: string): string {
  const value = c.req.query(name);
  if (value !== undefined) return value;
  throw new DashboardError('INVALID_REQUEST', `the call has no ${name}`, { hint: `Add ?${name}=…` });
}

/** As RFC 8187 has it. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
