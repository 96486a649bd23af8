import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { getCookie, setCookie } from 'hono/cookie';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorAnswer } from '../api.js';
import { apiRoutes } from './api-routes.js';
import { COOKIE, type Guard } from './guard.js';
import { securityHeaders } from './headers.js';
import { loginPage } from './login-page.js';
import { pageFor, type PageFiles } from './page-files.js';
import type { ReadModel } from './read-model.js';

export interface AppOptions {
  readonly guard: Guard;
  readonly page: PageFiles;
  /** Path that all addresses begin with, `/` or `/seatrial/`. */
  readonly basePath: string;
  /** Ends streams of events. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** The HTTP side: who may read, the page, and the calls below `api/`. */
export function createApp(model: ReadModel, { guard, page, basePath, signal, onError }: AppOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value);
    c.header('cache-control', 'no-store');
    await next();
  });
  app.get(`${basePath}healthz`, (c) => c.text('ok'));
  app.use(async (c, next) => {
    const verdict = guard.judge({
      host: c.req.header('host'),
      header: (name) => c.req.header(name),
      cookie: (name) => getCookie(c, name),
    });
    if (verdict === 'let-in') return next();
    if (verdict === 'needs-token') return login(c, guard);
    return refuse(c, verdict);
  });

  const api = new Hono();
  api.use(compressed);
  api.use(async (c, next) => {
    const before = model.requests;
    await next();
    // Of this call alone only while no other one runs: for measuring.
    c.header('server-timing', `storage;desc="${model.requests - before} requests"`);
  });
  api.route('/', apiRoutes(model, { signal }));
  api.all('*', (c) => c.json(errorAnswer('NOT_FOUND', `there is no call ${c.req.method} ${c.req.path}`), 404));
  api.onError((error, c) => answerError(error, c, onError));
  app.route(`${basePath}api`, api);

  app.get(`${basePath}*`, (c) => {
    const path = decodeURI(c.req.path.slice(basePath.length));
    const file = page.files.get(path);
    if (file === undefined) {
      if (path.startsWith('assets/')) return c.text('there is no such file', 404);
      return c.html(pageFor(page, path));
    }
    c.header('content-type', file.type);
    c.header('vary', 'accept-encoding');
    if (file.immutable) c.header('cache-control', 'public, max-age=31536000, immutable');
    if (file.gzip === undefined || !/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(file.body);
    c.header('content-encoding', 'gzip');
    return c.body(file.gzip);
  });
  if (basePath !== '/') app.get('/', (c) => c.redirect(basePath));
  app.onError((error, c) => answerError(error, c, onError));
  return app;
}

const compressJson = compress({ threshold: 1_024 });

/** Events and artifacts pass as they are: the ones must not wait, the others may be large. */
const compressed: MiddlewareHandler = (c, next) =>
  /\/(?:events|artifact)$/.test(c.req.path) ? next() : compressJson(c, next);

async function login(c: Context, guard: Guard): Promise<Response> {
  if (c.req.method !== 'POST') {
    const wantsPage = (c.req.header('accept') ?? '').includes('text/html');
    return wantsPage
      ? c.html(loginPage({ wrong: false }), 401)
      : c.json(errorAnswer('UNAUTHORIZED', 'a token is needed', 'Send it as Authorization: Bearer TOKEN.'), 401);
  }
  const { token } = await c.req.parseBody();
  const value = typeof token === 'string' ? guard.admit(token) : undefined;
  if (value === undefined) return c.html(loginPage({ wrong: true }), 401);
  const secure = c.req.header('x-forwarded-proto') === 'https';
  setCookie(c, COOKIE, value, { httpOnly: true, sameSite: 'Lax', path: '/', secure });
  c.header('location', '?'); // relative: the same address, below whatever prefix
  return c.body(null, 303);
}

function refuse(c: Context, verdict: 'unknown-host' | 'needs-proxy'): Response {
  const host = c.req.header('host') ?? '';
  return verdict === 'unknown-host'
    ? c.json(
        errorAnswer(
          'UNKNOWN_HOST',
          `this server does not answer for ${JSON.stringify(host)}`,
          'Open it as localhost or 127.0.0.1, or start it with --allowed-host NAME.',
        ),
        403,
      )
    : c.json(errorAnswer('UNAUTHORIZED', 'the proxy in front did not say who asks'), 401);
}

function answerError(error: unknown, c: Context, onError: (error: unknown) => void): Response {
  const { code, message, hint } = error as { code?: unknown; message: string; hint?: string };
  const status: ContentfulStatusCode =
    code === 'NOT_FOUND'
      ? 404
      : code === 'INVALID_REQUEST' || code === 'INVALID_URI'
        ? 400
        : code === 'INVALID_NAME'
          ? 400
          : 502;
  if (status === 502) onError(error);
  return c.json(errorAnswer(typeof code === 'string' ? code : 'FAILED', message, hint), status);
}

function errorAnswer(code: string, message: string, hint?: string): ErrorAnswer {
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}
