import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SandboxError } from './errors.js';

/** The APIs a fault can be planned for. */
export const faultyApis = [
  'storage',
  'gke',
  'compute',
  'cloudbuild',
  'kubernetes',
  'registry',
  'docker',
  'github',
] as const;
export type FaultyApi = (typeof faultyApis)[number];

/** What goes wrong. */
export type Fault =
  /** Refused: an HTTP status, or a gRPC code by name. */
  | { readonly kind: 'status'; readonly status: number | string }
  /** Never answered; the connection stays open. */
  | { readonly kind: 'stall' }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'reset' }
  /** Done, but the connection is cut before the answer: the client cannot know. */
  | { readonly kind: 'drop' }
  | { readonly kind: GkeFault };

/**
 * What goes wrong in GKE alone. Operations end with an error: `stockout` and `quota` those of creation, `operation-error`
 * any. Calls are refused: `quota-refusal` for regional quota, `rate-limit` with a time to wait, `busy` a deletion because
 * nodes are being repaired. `missing-zone` leaves a zone out of a list.
 */
export const gkeFaults = [
  'stockout',
  'quota',
  'operation-error',
  'quota-refusal',
  'rate-limit',
  'busy',
  'missing-zone',
] as const;
export type GkeFault = (typeof gkeFaults)[number];

/** One line of a fault plan. */
export interface FaultRule {
  readonly api: FaultyApi;
  /** HTTP method or rpc name; `WATCH` is a GET that watches; `undefined` is any. */
  readonly method: string | undefined;
  readonly fault: Fault;
  /** How likely, from 0 to 1, or which of the calls that match, counted from 1. */
  readonly when: { readonly probability: number } | { readonly first: number; readonly last: number };
}

/** gRPC's codes by name. @see https://grpc.io/docs/guides/status-codes/ */
export const grpcCodes: Readonly<Record<string, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
};

function invalid(text: string, why: string): SandboxError {
  return new SandboxError('INVALID_FAULT', `not a fault: ${JSON.stringify(text)}: ${why}`, {
    hint: 'Write API[.METHOD]:WHAT[:WHEN], such as storage:503:0.1, storage.PUT:reset:#2 or gke.CreateCluster:UNAVAILABLE:#1-3.',
  });
}

function parseWhat(text: string, api: FaultyApi, what: string): Fault {
  if (what === 'stall' || what === 'reset' || what === 'drop') return { kind: what };
  const ofGke = gkeFaults.find((kind) => kind === what);
  if (api === 'gke' && ofGke !== undefined) return { kind: ofGke };
  if (api === 'gke' || api === 'cloudbuild') {
    if (what in grpcCodes) return { kind: 'status', status: what };
    const more = ['stall', 'reset', 'drop', ...(api === 'gke' ? gkeFaults : [])];
    throw invalid(text, `${JSON.stringify(what)} is not a gRPC code or one of ${more.join(', ')}`);
  }
  if (/^[45]\d\d$/.test(what)) return { kind: 'status', status: Number(what) };
  throw invalid(text, `${JSON.stringify(what)} is not a status from 400 to 599, stall, reset or drop`);
}

/**
 * Reads `API[.METHOD]:WHAT[:WHEN]`. WHEN is a probability (`0.1`), `#3` for the third call or `#2-5`; without it always.
 *
 * @throws {SandboxError} `INVALID_FAULT`
 */
export function parseFault(text: string): FaultRule {
  const [target = '', what = '', when = '1', more] = text.split(':');
  const dot = target.indexOf('.');
  const api = (dot < 0 ? target : target.slice(0, dot)) as FaultyApi;
  const method = dot < 0 ? undefined : target.slice(dot + 1);
  if (!faultyApis.includes(api)) throw invalid(text, `the API is one of ${faultyApis.join(', ')}`);
  if (more !== undefined || method === '') throw invalid(text, 'it has too many parts or an empty one');
  const fault = parseWhat(text, api, what);
  const { first, last = first } = /^#(?<first>[1-9]\d{0,8})(?:-(?<last>[1-9]\d{0,8}))?$/.exec(when)?.groups ?? {};
  if (first !== undefined) {
    if (Number(last) < Number(first)) throw invalid(text, `${when} ends before it begins`);
    return { api, method, fault, when: { first: Number(first), last: Number(last) } };
  }
  const probability = /^\d+(?:\.\d+)?$/.test(when) ? Number(when) : Number.NaN;
  if (!(probability >= 0 && probability <= 1))
    throw invalid(text, `${JSON.stringify(when)} is not from 0 to 1, #N or #N-M`);
  return { api, method, fault, when: { probability } };
}

/** Decides call by call what goes wrong. */
export interface Faults {
  /** What happens to this call; `undefined` if nothing. Counts it. `wanted` leaves all other kinds uncounted. */
  next(api: FaultyApi, method: string, wanted?: readonly Fault['kind'][]): Fault | undefined;
}

/** Whether a rule for this method is for a call: a watch is a GET as well. */
function isMeant(wanted: string | undefined, method: string): boolean {
  const [one, other] = [wanted?.toUpperCase(), method.toUpperCase()];
  return one === undefined || one === other || (one === 'GET' && other === WATCH);
}

/** Kubernetes' own verb for it. @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
const WATCH = 'WATCH';

function methodOf({ method = 'GET', url = '' }: Pick<IncomingMessage, 'method' | 'url'>, api: FaultyApi): string {
  return api === 'kubernetes' && method === 'GET' && /[?&]watch=(?:1|true)(?:&|$)/.test(url) ? WATCH : method;
}

const atCall: readonly Fault['kind'][] = ['status', 'stall', 'reset', 'drop'];

/** @param random From 0 to 1; seed it for a plan that can be repeated. */
export function createFaults(rules: readonly FaultRule[], random: () => number): Faults {
  const counts = new Map<FaultRule, number>();
  return {
    next(api, method, wanted = atCall) {
      let chosen: Fault | undefined;
      for (const rule of rules) {
        if (rule.api !== api || !wanted.includes(rule.fault.kind)) continue;
        if (!isMeant(rule.method, method)) continue;
        const count = (counts.get(rule) ?? 0) + 1;
        counts.set(rule, count);
        const { when } = rule;
        const hits = 'first' in when ? count >= when.first && count <= when.last : random() < when.probability;
        if (hits) chosen ??= rule.fault;
      }
      return chosen;
    },
  };
}

/** A random source that gives the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A refusal as the API itself would write it. */
function formatRefusal(api: FaultyApi, code: number): unknown {
  const message = `injected fault: ${code}`;
  if (api === 'storage' || api === 'compute')
    return { error: { code, message, errors: [{ message, domain: 'global', reason: 'backendError' }] } };
  if (api === 'registry') return { errors: [{ code: code === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN', message }] };
  if (api === 'kubernetes') return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
  return { message };
}

/** Puts faults before a server. */
export function withFaults(listener: RequestListener, faults: Faults, api: FaultyApi): RequestListener {
  return (request, response) => {
    const fault = faults.next(api, methodOf(request, api));
    if (fault === undefined) return listener(request, response);
    if (fault.kind === 'stall') return undefined; // until either side closes the connection
    if (fault.kind === 'reset') {
      request.socket.destroy();
      return undefined;
    }
    if (fault.kind === 'drop') return listener(request, cutAtAnswer(response));
    request.resume();
    const status = fault.kind === 'status' ? Number(fault.status) : 500;
    const body = JSON.stringify(formatRefusal(api, status));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
    return undefined;
  };
}

/** Puts faults before a server's upgrades: to WebSocket and the like. */
export function withUpgradeFaults(
  listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
  faults: Faults,
  api: FaultyApi,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    const fault = faults.next(api, request.method ?? 'GET');
    if (fault === undefined) return listener(request, socket, head);
    if (fault.kind === 'stall') return undefined; // until either side closes the connection
    if (fault.kind === 'status') {
      const status = Number(fault.status);
      const body = JSON.stringify(formatRefusal(api, status));
      const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'connection: close'];
      const type = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
      socket.end(`${[...head, ...type].join('\r\n')}\r\n\r\n${body}`);
      return undefined;
    }
    socket.destroy();
    return undefined;
  };
}

/** The answer that never arrives: the first byte of it cuts the connection. */
function cutAtAnswer(response: ServerResponse): ServerResponse {
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
