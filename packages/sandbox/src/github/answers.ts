import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { NodeEnv } from '../http/bindings.js';

export type Call = Context<NodeEnv>;
export type Json = Record<string, unknown>;

export function notFound(): HTTPException {
  return new HTTPException(404, { message: 'Not Found' });
}

/** A refusal of one field. */
export function unprocessable(resource: string, field: string, code = 'missing_field'): HTTPException {
  const cause = { errors: [{ resource, field, code }] };
  return new HTTPException(422, { message: 'Validation Failed', cause });
}

/** A refusal as GitHub writes it. */
export function answerError(error: Error, context: Call): Response {
  const status = error instanceof HTTPException ? error.status : 500;
  const message = error instanceof HTTPException ? error.message : 'Server Error';
  const details = error instanceof HTTPException ? ((error.cause ?? {}) as Json) : {};
  const body = { message, ...details, documentation_url: 'https://docs.github.com/rest', status: String(status) };
  return context.json(body, status);
}

/** The body of a request. */
export async function readJson(context: Call): Promise<Json> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Json;
  throw new HTTPException(400, { message: 'Problems parsing JSON' });
}

/** A field that must be there. */
export function textOf(body: Json, resource: string, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw unprocessable(resource, field);
}

/** A number in the path. */
export function numberOf(context: Call, name: string): number {
  return Number((context.req.param() as Record<string, string>)[name]);
}

/** The rest of a path behind `mark`, decoded: names of refs hold slashes. */
export function pathAfter(context: Call, mark: string): string {
  const { pathname } = new URL(context.req.url);
  return decodeURIComponent(pathname.slice(pathname.indexOf(mark) + mark.length));
}

/** One page, with the Link header that names the others. */
export function answerPage(context: Call, items: readonly unknown[]): Response {
  const size = Math.min(100, Math.max(1, Number(context.req.query('per_page') ?? 30) || 30));
  const at = Math.max(1, Number(context.req.query('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string) => {
    const url = new URL(context.req.url);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
    ...(at > 1 ? [link(1, 'first'), link(at - 1, 'prev')] : []),
  ];
  if (links.length > 0) context.header('link', links.join(', '));
  return context.json(items.slice((at - 1) * size, at * size) as Json[]);
}
