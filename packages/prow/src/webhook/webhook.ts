import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CommandIo, ContextOf } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import { parseHmacTokens, tokensFor } from './hmac-tokens.js';
import { signBody } from './signature.js';
import { ownerOf, parsePayload, verifyWebhook } from './verify-request.js';
import type { signFlags, verifyFlags } from './webhook-command.js';
import { readWebhookEvent } from './webhook-event.js';

/** Checks a webhook and prints what it asks for. */
export async function verify(context: ContextOf<typeof verifyFlags>): Promise<number> {
  const { flags } = context;
  const tokens = parseHmacTokens(await readText(context, 'hmac-file', flags['hmac-file']));
  const headers = parseHeaders(await readText(context, 'headers', flags.headers));
  const body = await readBody(context);
  const verdict = verifyWebhook({ method: flags.method, headers, body }, tokens, { allowSha1: flags['allow-sha1'] });
  if (!verdict.valid) {
    if (flags.json) context.printJson(verdict);
    else context.print(`${verdict.status} ${verdict.reason}`);
    return 1;
  }
  const { valid, status, event, delivery, payload } = verdict;
  const effects = readWebhookEvent(event, payload);
  if (flags.json) {
    context.printJson({ valid, status, event, delivery, effects });
    return 0;
  }
  context.print(`${status} ${event} ${delivery}`);
  for (const effect of effects) {
    context.print(effect.kind === 'none' ? `none: ${effect.reason}` : `${effect.kind} ${JSON.stringify(effect)}`);
  }
  return 0;
}

/** Prints the signature of a body. */
export async function sign(context: ContextOf<typeof signFlags>): Promise<void> {
  const tokens = parseHmacTokens(await readText(context, 'hmac-file', context.flags['hmac-file']));
  const body = await readBody(context);
  const owner = ownerOf(parsePayload(body) ?? {});
  const [token] = tokensFor(tokens, owner);
  if (token === undefined) {
    throw new ProwError('INVALID_FLAG', `--hmac-file has no key for ${owner === '' ? 'this body' : owner}`, {
      hint: 'Add one under the repository, its org or "*".',
    });
  }
  context.print(signBody(body, token, context.flags.hash === 'sha1' ? 'sha1' : 'sha256'));
}

async function readBody(context: CommandIo & { readonly args: readonly string[] }): Promise<Buffer> {
  const [path] = context.args;
  return path === undefined ? buffer(context.stdin) : readBytes(context, 'body', path);
}

async function readText(context: CommandIo, flag: string, path: string): Promise<string> {
  return (await readBytes(context, `--${flag}`, path)).toString();
}

async function readBytes({ cwd }: CommandIo, what: string, path: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    throw new ProwError('INVALID_FLAG', `${what} ${path} cannot be read: ${String(code)}`, { cause });
  }
}

function parseHeaders(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).map((line) => /^([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*$/.exec(line));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
}
