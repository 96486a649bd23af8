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
  /** Done, but the connection is cut in the middle of the answer, whose headers told of more. */
  | { readonly kind: 'half' }
  /** Kubernetes: a watch is accepted, and no event ever comes. */
  | { readonly kind: 'stuck-watch' }
  /** Answered as ever, but this much later. Comes before what else is planned for the call. */
  | { readonly kind: 'latency'; readonly ms: number }
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
  /** Glob of the path as it is sent, without the query: `*` is within a part, `**` across parts; without it any. */
  readonly path?: string;
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
    hint: 'Write API[.METHOD][/PATH]:WHAT[:WHEN], such as storage:503:0.1, storage.PUT:reset:#2, kubernetes.GET/api/v1/**:half or gke.CreateCluster:UNAVAILABLE:#1-3.',
  });
}

const cuts = ['stall', 'reset', 'drop', 'half'] as const;
const LONGEST_LATENCY_MS = 3_600_000;

function parseLatency(text: string, what: string): Fault | undefined {
  if (!what.startsWith('latency')) return undefined;
  const { amount, unit } = /^latency=(?<amount>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s)$/.exec(what)?.groups ?? {};
  const ms = Number(amount) * (unit === 's' ? 1_000 : 1);
  if (ms > 0 && ms <= LONGEST_LATENCY_MS) return { kind: 'latency', ms };
  throw invalid(
    text,
    `WHAT ${JSON.stringify(what)} is not latency=DURATION up to an hour, such as latency=250ms or latency=2s`,
  );
}

function parseWhat(text: string, api: FaultyApi, what: string): Fault {
  const cut = cuts.find((kind) => kind === what);
  if (cut !== undefined) return { kind: cut };
  const latency = parseLatency(text, what);
  if (latency !== undefined) return latency;
  if (what === 'stuck-watch') {
    if (api === 'kubernetes') return { kind: what };
    throw invalid(text, `WHAT stuck-watch is for the API kubernetes, not ${api}`);
  }
  const others = [...cuts, 'latency=DURATION'];
  const ofGke = gkeFaults.find((kind) => kind === what);
  if (api === 'gke' && ofGke !== undefined) return { kind: ofGke };
  if (api === 'gke' || api === 'cloudbuild') {
    if (Object.hasOwn(grpcCodes, what)) return { kind: 'status', status: what };
    if (api === 'gke') others.push(...gkeFaults);
    throw invalid(text, `WHAT ${JSON.stringify(what)} is not a gRPC code or one of ${others.join(', ')}`);
  }
  if (/^[45]\d\d$/.test(what)) return { kind: 'status', status: Number(what) };
  if (api === 'kubernetes') others.push('stuck-watch');
  throw invalid(text, `WHAT ${JSON.stringify(what)} is not a status from 400 to 599 or one of ${others.join(', ')}`);
}

/**
 * Which calls: `API[.METHOD][/PATH]`. For gRPC the path is `/google.container.v1.ClusterManager/CreateCluster`.
 *
 * @throws {SandboxError} `INVALID_FAULT`
 */
function parseTarget(text: string, target: string): Pick<FaultRule, 'api' | 'method' | 'path'> {
  const slash = target.indexOf('/');
  const called = slash < 0 ? target : target.slice(0, slash);
  const [name = '', method, ...more] = called.split('.');
  const api = faultyApis.find((known) => known === name);
  if (api === undefined) throw invalid(text, `API ${JSON.stringify(name)} is not one of ${faultyApis.join(', ')}`);
  if (method !== undefined && (more.length > 0 || !/^[A-Za-z]+$/.test(method))) {
    const given = JSON.stringify([method, ...more].join('.'));
    throw invalid(text, `METHOD ${given} is not an HTTP method or the name of an rpc`);
  }
  const path = slash < 0 ? undefined : target.slice(slash);
  if (path !== undefined && /[\s?#]/.test(path)) {
    throw invalid(text, `PATH ${JSON.stringify(path)} has a space, a query or a fragment; write * in its place`);
  }
  return { api, method, ...(path === undefined ? {} : { path }) };
}

function parseWhen(text: string, when: string): FaultRule['when'] {
  const { first, last = first } = /^#(?<first>[1-9]\d{0,8})(?:-(?<last>[1-9]\d{0,8}))?$/.exec(when)?.groups ?? {};
  if (first !== undefined) {
    if (Number(last) < Number(first)) throw invalid(text, `WHEN ${when} ends before it begins`);
    return { first: Number(first), last: Number(last) };
  }
  const probability = /^\d+(?:\.\d+)?$/.test(when) ? Number(when) : Number.NaN;
  if (probability >= 0 && probability <= 1) return { probability };
  throw invalid(text, `WHEN ${JSON.stringify(when)} is not a probability from 0 to 1, #N or #N-M`);
}

/**
 * Reads `API[.METHOD][/PATH]:WHAT[:WHEN]`. WHEN is a probability (`0.1`), `#3` for the third call or `#2-5`; without it
 * always.
 *
 * @throws {SandboxError} `INVALID_FAULT`
 */
export function parseFault(text: string): FaultRule {
  const [target = '', what, when = '1', ...more] = text.split(':');
  const meant = parseTarget(text, target);
  if (what === undefined) throw invalid(text, 'WHAT is missing');
  if (more.length > 0)
    throw invalid(text, `it goes on after WHEN: ${JSON.stringify(more.join(':'))}; write * for a colon in PATH`);
  const fault = parseWhat(text, meant.api, what);
  if (fault.kind === 'stuck-watch' && !isMeant(meant.method, WATCH)) {
    throw invalid(text, `METHOD ${meant.method} is never a watch; leave it out, or write WATCH`);
  }
  return { ...meant, fault, when: parseWhen(text, when) };
}

/** A call, as rules are held against it. */
export interface FaultyCall {
  /** HTTP method or rpc name; `WATCH` for a GET that watches. */
  readonly method: string;
  /** As it is sent, without the query. */
  readonly path?: string;
}

/** Decides call by call what goes wrong. */
export interface Faults {
  /** What happens to this call; `undefined` if nothing. Counts it. `wanted` leaves all other kinds uncounted. */
  next(api: FaultyApi, call: string | FaultyCall, wanted?: readonly Fault['kind'][]): Fault | undefined;
  /** How much later this call is answered, in milliseconds: the sum of what is planned. Counts it. */
  latencyMs(api: FaultyApi, call: string | FaultyCall): number;
}

/** Kubernetes' own verb for it. @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
export const WATCH = 'WATCH';

/** Whether a rule for this method is for a call: a watch is a GET as well. */
function isMeant(wanted: string | undefined, method: string): boolean {
  const [one, other] = [wanted?.toUpperCase(), method.toUpperCase()];
  return one === undefined || one === other || (one === 'GET' && other === WATCH);
}

function toPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*|\*|[^*]+/g, (part) =>
    part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'),
  );
  return new RegExp(`^${source}$`);
}

const atCall: readonly Fault['kind'][] = ['status', 'stall', 'reset', 'drop', 'half', 'stuck-watch'];

/** @param random From 0 to 1; seed it for a plan that can be repeated. */
export function createFaults(rules: readonly FaultRule[], random: () => number): Faults {
  const plan = rules.map((rule) => ({
    rule,
    path: rule.path === undefined ? undefined : toPattern(rule.path),
    count: 0,
  }));

  function hitsOf(api: FaultyApi, call: string | FaultyCall, wanted: readonly Fault['kind'][]): Fault[] {
    const { method, path = '' } = typeof call === 'string' ? { method: call } : call;
    const hits: Fault[] = [];
    for (const item of plan) {
      const { rule } = item;
      if (rule.api !== api || !wanted.includes(rule.fault.kind)) continue;
      if (!isMeant(rule.method, method) || item.path?.test(path) === false) continue;
      if (rule.fault.kind === 'stuck-watch' && method !== WATCH) continue;
      item.count += 1;
      const { when } = rule;
      const isHit = 'first' in when ? item.count >= when.first && item.count <= when.last : random() < when.probability;
      if (isHit) hits.push(rule.fault);
    }
    return hits;
  }

  return {
    next: (api, call, wanted = atCall) => hitsOf(api, call, wanted)[0],
    latencyMs: (api, call) =>
      hitsOf(api, call, ['latency']).reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0),
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
