import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** The answer that never arrives: the first byte of it cuts the connection. */
export function cutAtAnswer(response: ServerResponse): ServerResponse {
  const cut = () => {
    response.socket?.destroy();
    return response;
  };
  response.writeHead = cut;
  response.flushHeaders = cut;
  response.end = cut;
  response.write = () => {
    cut();
    return false;
  };
  return response;
}

/**
 * The answer that breaks off: headers that tell of its whole length, half of its body, then the connection is cut.
 *
 * Of a body whose length is not told, half of the first piece arrives; of none, nothing at all.
 */
export function cutInAnswer(response: ServerResponse): ServerResponse {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  const write = response.write.bind(response) as (bytes: Buffer, done: () => void) => boolean;
  let told: number | undefined;
  let left: number | undefined;
  const cut = () => void response.socket?.destroy();

  /** @returns whether more may come at once. */
  const pass = (bytes: Buffer, isLast: boolean): boolean => {
    if (left === undefined && isLast && told === undefined && !response.headersSent) {
      if (!response.hasHeader('content-length')) response.setHeader('content-length', bytes.length);
    }
    left ??= Math.floor((told ?? lengthIn(response.getHeaders()) ?? bytes.length) / 2);
    const part = bytes.subarray(0, left);
    left -= part.length;
    const isOver = isLast || left <= 0;
    if (part.length > 0) return write(part, isOver ? cut : () => undefined) && !isOver;
    if (isOver) cut();
    return !isOver;
  };

  response.writeHead = (...args: unknown[]) => {
    told ??= lengthIn(args.at(-1));
    return writeHead(...args);
  };
  response.write = (chunk: unknown, ...more: unknown[]) => {
    const goesOn = left !== 0 && pass(bytesOf(chunk, more[0]), false);
    const done = more.find((item) => typeof item === 'function') as (() => void) | undefined;
    if (done !== undefined) setImmediate(done);
    return goesOn;
  };
  response.end = (chunk?: unknown, ...more: unknown[]) => {
    const isBody = typeof chunk === 'string' || chunk instanceof Uint8Array;
    if (left === 0) return response; // cut when its last bytes are out
    if (isBody && response.req.method !== 'HEAD') pass(bytesOf(chunk, more[0]), true);
    else cut();
    return response;
  };
  return response;
}

/** The content-length among headers, in any of the forms `writeHead` takes. */
function lengthIn(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const entries: [string, OutgoingHttpHeader | undefined][] = Array.isArray(headers)
    ? headers.flatMap((item, index) => {
        if (Array.isArray(item)) return [item as [string, OutgoingHttpHeader]];
        return index % 2 === 0 ? [[String(item), headers[index + 1] as OutgoingHttpHeader]] : [];
      })
    : Object.entries(headers as OutgoingHttpHeaders);
  const value = entries.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return value === undefined ? undefined : Number(value);
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding !== 'string' ? 'utf8' : (encoding as BufferEncoding));
  return Buffer.from(chunk as Uint8Array);
}
