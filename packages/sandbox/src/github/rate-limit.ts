import type { MiddlewareHandler } from 'hono';
import type { NodeEnv } from '../http/bindings.js';
import type { Call } from './answers.js';
import { answerError } from './answers.js';
import { HTTPException } from 'hono/http-exception';

const WINDOW_MS = 3_600_000;

/** What is left to one who asks. */
export interface RateLimit {
  readonly middleware: MiddlewareHandler<NodeEnv>;
  /** `rate` of `GET /rate_limit`. */
  read(context: Call): { limit: number; remaining: number; used: number; reset: number };
}

/**
 * Counts calls by who asks, an hour at a time. An answer of 304 costs nothing.
 *
 * @param options.limitOf Calls an hour of a login; `undefined` is anonymous.
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function createRateLimit(options: {
  readonly now: () => number;
  readonly caller: (context: Call) => string | undefined;
  readonly limitOf: (login: string | undefined) => number;
}): RateLimit {
  const windows = new Map<string | undefined, { used: number; endMs: number }>();
  const windowOf = (login: string | undefined) => {
    const found = windows.get(login);
    if (found !== undefined && found.endMs > options.now()) return found;
    const fresh = { used: 0, endMs: options.now() + WINDOW_MS };
    windows.set(login, fresh);
    return fresh;
  };
  const read = (login: string | undefined) => {
    const { used, endMs } = windowOf(login);
    const limit = options.limitOf(login);
    return { limit, remaining: Math.max(0, limit - used), used, reset: Math.ceil(endMs / 1000) };
  };
  return {
    read: (context) => read(options.caller(context)),
    async middleware(context, next) {
      const login = options.caller(context);
      const isOver = read(login).remaining === 0;
      if (isOver) {
        const message = `API rate limit exceeded for ${login ?? 'the address'}.`;
        context.res = answerError(new HTTPException(403, { message }), context);
      } else {
        await next();
      }
      if (!isOver && context.res.status !== 304 && context.req.path !== '/rate_limit') windowOf(login).used += 1;
      for (const [name, value] of Object.entries({ ...read(login), resource: 'core' }))
        context.res.headers.set(`x-ratelimit-${name}`, String(value));
    },
  };
}
