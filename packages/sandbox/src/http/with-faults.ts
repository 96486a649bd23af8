import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { Fault, Faults, FaultyApi, FaultyCall } from '../faults.js';
import { WATCH } from '../faults.js';
import { cutAtAnswer, cutInAnswer } from './cut-answer.js';

/** A refusal as the API itself would write it. */
function formatRefusal(api: FaultyApi, code: number): unknown {
  const message = `injected fault: ${code}`;
  if (api === 'storage' || api === 'compute')
    return { error: { code, message, errors: [{ message, domain: 'global', reason: 'backendError' }] } };
  if (api === 'registry') return { errors: [{ code: code === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN', message }] };
  if (api === 'kubernetes') return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
  return { message };
}

function callOf({ method = 'GET', url = '' }: IncomingMessage, api: FaultyApi): FaultyCall {
  const [path = '', query = ''] = url.split('?', 2);
  const watches = api === 'kubernetes' && method === 'GET' && /(?:^|&)watch=(?:1|true)(?:&|$)/.test(query);
  return { method: watches ? WATCH : method, path };
}

/** Runs `go` after `ms`, unless the connection is closed before. */
function later(clock: Clock, ms: number, connection: ServerResponse | Duplex, go: () => void): void {
  if (ms <= 0) return go();
  const closed = new AbortController();
  const abort = () => closed.abort();
  connection.once('close', abort);
  clock.sleep(ms, closed.signal).then(
    () => {
      connection.off('close', abort);
      go();
    },
    () => undefined, // nobody waits for it any more
  );
}

/** Puts faults before a server. @param clock Of latencies; the machine's when left out. */
export function withFaults(
  listener: RequestListener,
  faults: Faults,
  api: FaultyApi,
  clock: Clock = systemClock,
): RequestListener {
  return (request, response) => {
    const call = callOf(request, api);
    const latencyMs = faults.latencyMs(api, call);
    const fault = faults.next(api, call);
    later(clock, latencyMs, response, () => answer(fault, request, response));
  };

  function answer(fault: Fault | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (fault === undefined) return listener(request, response);
    if (fault.kind === 'stall') return; // until either side closes the connection
    if (fault.kind === 'reset') return void request.socket.destroy();
    if (fault.kind === 'drop') return listener(request, cutAtAnswer(response));
    if (fault.kind === 'half') return listener(request, cutInAnswer(response));
    if (fault.kind === 'stuck-watch') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.flushHeaders(); // and no event, until either side closes the connection
    }
    request.resume();
    const status = fault.kind === 'status' ? Number(fault.status) : 500;
    const body = JSON.stringify(formatRefusal(api, status));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Puts faults before a server's upgrades: to WebSocket and the like. */
export function withUpgradeFaults(
  listener: UpgradeListener,
  faults: Faults,
  api: FaultyApi,
  clock: Clock = systemClock,
): UpgradeListener {
  return (request, socket, head) => {
    const call = callOf(request, api);
    const latencyMs = faults.latencyMs(api, call);
    const fault = faults.next(api, call);
    later(clock, latencyMs, socket, () => {
      if (fault === undefined) return listener(request, socket, head);
      if (fault.kind === 'stall') return; // until either side closes the connection
      if (fault.kind === 'status') return refuse(socket, Number(fault.status));
      socket.destroy();
    });
  };

  function refuse(socket: Duplex, status: number): void {
    const body = JSON.stringify(formatRefusal(api, status));
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'connection: close'];
    const type = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
    socket.end(`${[...head, ...type].join('\r\n')}\r\n\r\n${body}`);
  }
}
