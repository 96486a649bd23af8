import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request instead: a refusal, a connection that is lost before the server has it (`reset`), after the
 * server did it (`drop`), or in the middle of the answer (`cut`), or silence from there on (`stall`).
 */
export interface WireFault {
  readonly answer: number | 'reset' | 'drop' | 'cut' | 'stall';
  /** How many requests it happens to. @default 1 */
  readonly times?: number;
  /** Only requests whose `METHOD URL` matches. @default all */
  readonly match?: RegExp;
  /** Of a refusal. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that arrive before a `cut` or `stall`. @default 10 */
  readonly afterBytes?: number;
}

/** A line between a client and a server that sees all requests and breaks as it is told to. For tests only. */
export interface FlakyWire extends AsyncDisposable {
  readonly url: string;
  /** `METHOD URL` of all requests, in order. */
  readonly requests: string[];
  /** Their headers. */
  readonly headers: IncomingMessage['headers'][];
  addFault(fault: WireFault): void;
  reset(): void;
}

export async function startFlakyWire(target: string): Promise<FlakyWire> {
  const { hostname, port } = new URL(target);
  let faults: { fault: WireFault; left: number }[] = [];
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];

  const takeFault = (line: string): WireFault | undefined => {
    const found = faults.find(({ fault: { match = /./ }, left }) => left > 0 && match.test(line));
    if (found !== undefined) found.left -= 1;
    return found?.fault;
  };
  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    headers.push(incoming.headers);
    const fault = takeFault(line);
    if (fault?.answer === 'reset') return void incoming.socket.destroy();
    if (typeof fault?.answer === 'number') return refuse(incoming, outgoing, fault);
    // The host is passed on, so that places the server names are on this line, too.
    const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers });
    onward.on('response', (answer) => passBack(answer, outgoing, fault));
    onward.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    headers,
    addFault: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    reset() {
      faults = [];
      requests.length = 0;
      headers.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, { answer, headers = {} }: WireFault): void {
  incoming.resume();
  incoming.on('end', () => {
    const message = 'as the test wants it';
    outgoing.writeHead(Number(answer), { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify({ error: { code: answer, message, errors: [{ message, reason: 'test' }] } }));
  });
}

function passBack(answer: IncomingMessage, outgoing: ServerResponse, fault: WireFault | undefined): void {
  if (fault?.answer === 'drop') return void outgoing.socket?.destroy();
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
  if (fault === undefined) return void answer.pipe(outgoing);
  let left = fault.afterBytes ?? 10;
  answer.on('data', (chunk: Buffer) => {
    if (left <= 0) return;
    outgoing.write(chunk.subarray(0, left), () => {
      if (left <= 0 && fault.answer === 'cut') outgoing.socket?.destroy();
    });
    left -= chunk.length;
  });
}
