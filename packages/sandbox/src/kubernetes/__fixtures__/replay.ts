import { readFileSync } from 'node:fs';
import { request as send } from 'node:http';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type Members = { [member: string]: Json };

interface Step {
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Record<string, string | string[]>;
    readonly headers?: Record<string, string>;
    readonly auth?: string;
    readonly body?: Json;
    readonly bodyBase64?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: Json;
    readonly events?: Members[];
  };
  readonly poll?: { readonly timeoutSeconds: number };
  readonly compare?: 'exact' | 'subset' | 'progression';
  readonly unordered?: boolean;
  readonly ignore?: readonly string[];
  readonly volatile?: boolean;
}

/** How one step came out: `undefined` as recorded, else the first difference. */
export interface Outcome {
  readonly index: number;
  readonly note: string;
  readonly difference: string | undefined;
}

const MAX_POLLS = 200;
const PLACEHOLDER = /<([a-zA-Z]+)(?::(\d+))?>/g;
const GO_VALUE =
  /error found in #|\b(?:v1|core|rbac|apiextensions|autoscaling)\.\w+\{|map\[string\]|\[\](?:v1|core)\.|struct \{|scheme "/;
const FREE = new Set(['lrv', 'podip', 'continue']);

/** Replays one transcript against a server on loopback. Steps without a kubelet, RBAC or live timing are left out. */
export async function replay(file: string, origin: { host: string; port: number }): Promise<Outcome[]> {
  const steps = JSON.parse(readFileSync(file, 'utf8')) as Step[];
  const bound = new Map<string, string>();
  const outcomes: Outcome[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.request.auth !== undefined || step.compare === 'progression') continue;
    let difference: string | undefined;
    for (let poll = 0; ; poll += 1) {
      const trial = new Map(bound);
      difference = compareStep(step, await ask(step, origin, trial), trial);
      if (difference === undefined || step.poll === undefined || poll >= MAX_POLLS) {
        for (const [name, value] of trial) bound.set(name, value);
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    outcomes.push({ index, note: step.note ?? '', difference });
  }
  return outcomes;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Json;
  readonly events: Members[];
}

function substitute(text: string, bound: ReadonlyMap<string, string>): string {
  const fixed: Record<string, string> = {
    registry: 'registry.local:5000',
    node: 'node-1',
    hostip: '10.0.0.1',
    time: '2026-01-02T03:04:05Z',
    utime: '2026-01-02T03:04:05.000006Z',
    rv: '1',
  };
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => bound.get(whole) ?? fixed[name] ?? whole);
}

function ask(
  { request, response }: Step,
  { host, port }: { host: string; port: number },
  bound: Map<string, string>,
): Promise<Answer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, substitute(one, bound));
  }
  const search = query.toString();
  const path = `${substitute(request.path, bound).replaceAll(' ', '%20')}${search === '' ? '' : `?${search}`}`;
  const body =
    request.bodyBase64 === undefined
      ? request.body === undefined || request.body === null
        ? undefined
        : substitute(typeof request.body === 'string' ? request.body : JSON.stringify(request.body), bound)
      : Buffer.from(request.bodyBase64, 'base64');
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'lab-client/1.0',
    ...request.headers,
  };
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const outgoing = send({ host, port, path, method: request.method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const type = incoming.headers['content-type'] ?? '';
        const isStream = response.events !== undefined;
        const parsed = type.includes('json') ? (text === '' ? null : parseAll(text)) : text === '' ? null : text;
        const events = isStream && Array.isArray(parsed) ? (parsed as Members[]) : [];
        const single: Json = Array.isArray(parsed) && type.includes('json') ? (parsed[0] ?? null) : parsed;
        resolve({ status: incoming.statusCode ?? 0, type, body: single, events });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parseAll(text: string): Json[] {
  try {
    return [JSON.parse(text) as Json];
  } catch {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json);
  }
}

function compareStep(step: Step, answer: Answer, bound: Map<string, string>): string | undefined {
  const { response, compare: mode = 'exact', volatile = false } = step;
  if (answer.status !== response.status) {
    return `status ${answer.status} instead of ${response.status}: ${JSON.stringify(answer.body)?.slice(0, 400)}`;
  }
  const subset = mode === 'subset';
  const matcher = new Matcher(bound, subset, new Set(step.ignore ?? []));
  if (volatile) {
    if (response.body !== undefined) matcher.match(response.body, answer.body, '');
    return undefined;
  }
  if (response.events !== undefined) {
    const actual = answer.events;
    if (actual.length !== response.events.length && !subset) {
      return `${actual.length} events instead of ${response.events.length}: ${JSON.stringify(actual).slice(0, 300)}`;
    }
    for (const [index, event] of response.events.entries()) {
      const { atMs: _atMs, ...expected } = event;
      const found = matcher.match(normalise(expected), normalise(actual[index] ?? null), `/events/${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const type = response.headers?.['content-type'];
  if (type !== undefined && answer.type !== type) return `content-type ${answer.type} instead of ${type}`;
  if (response.body === undefined) return undefined;
  return matcher.match(normalise(response.body), normalise(answer.body), '');
}

// What every current server answers differently from the recorded 1.20 (see the table in docs/sandbox-kubernetes.md).
const newer: Readonly<Record<string, readonly string[]>> = {
  labels: [
    'kubernetes.io/metadata.name',
    'batch.kubernetes.io/controller-uid',
    'batch.kubernetes.io/job-name',
    'controller-uid',
  ],
  matchLabels: ['batch.kubernetes.io/controller-uid', 'controller-uid'],
  spec: [
    'ipFamilies',
    'ipFamilyPolicy',
    'internalTrafficPolicy',
    'allocateLoadBalancerNodePorts',
    'completionMode',
    'suspend',
    'podReplacementPolicy',
    'persistentVolumeClaimRetentionPolicy',
    'preserveUnknownFields',
  ],
  rollingUpdate: ['maxSurge'],
  status: ['availableReplicas'],
};

function normalise(value: Json, name = ''): Json {
  if (Array.isArray(value)) {
    const kept = value.filter((item) => !isToken(item));
    return kept.map((item) => normalise(item, 'item'));
  }
  if (typeof value !== 'object' || value === null) return value;
  const result: Members = {};
  for (const [member, inner] of Object.entries(value)) {
    if (member === 'creationTimestamp' && inner === null) continue;
    if (member === 'description' && 'priority' in value) continue;
    if (member === 'singularName' || member === 'storageVersionHash') continue;
    if (member === 'type' && 'format' in value && 'priority' in value) continue;
    if (member === 'secrets' && value['kind'] === undefined && Array.isArray(inner)) continue;
    if (
      newer[name]?.includes(member) === true &&
      !((member === 'maxSurge' || member === 'availableReplicas') && inner !== 0) &&
      !(member === 'suspend' && 'schedule' in value)
    )
      continue;
    if (member === 'managedFields' && typeof inner !== 'string') {
      result[member] = inner;
      continue;
    }
    const normal = normalise(inner, member);
    if (
      ['volumes', 'volumeMounts', 'labels', 'matchLabels'].includes(member) &&
      typeof normal === 'object' &&
      Object.keys(normal ?? {}).length === 0 &&
      Object.keys(inner ?? {}).length > 0
    )
      continue;
    result[member] = normal;
  }
  return result;
}

function isToken(item: Json): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  const { name } = item;
  return typeof name === 'string' && /^(kube-api-access-|default-token-)/.test(name);
}

class Matcher {
  readonly #bound: Map<string, string>;
  readonly #subset: boolean;
  readonly #ignore: ReadonlySet<string>;

  constructor(bound: Map<string, string>, subset: boolean, ignore: ReadonlySet<string>) {
    this.#bound = bound;
    this.#subset = subset;
    this.#ignore = ignore;
  }

  match(expected: Json, actual: Json | undefined, path: string): string | undefined {
    if (this.#ignore.has(path) || expected === '<any>') return undefined;
    if (typeof expected === 'string') return this.#text(expected, actual, path);
    if (Array.isArray(expected)) return this.#list(expected, actual, path);
    if (typeof expected === 'object' && expected !== null) return this.#members(expected, actual, path);
    return expected === actual ? undefined : differs(expected, actual, path);
  }

  #members(expected: Members, actual: Json | undefined, path: string): string | undefined {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return differs(expected, actual, path);
    for (const [name, value] of Object.entries(expected)) {
      const below = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (this.#ignore.has(below)) continue;
      if (!(name in actual)) return differs(value, undefined, below);
      const found = this.match(value, actual[name], below);
      if (found !== undefined) return found;
    }
    if (this.#subset) return undefined;
    const extra = Object.keys(actual).find(
      (name) => !(name in expected) && !this.#ignore.has(`${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
    return extra === undefined ? undefined : `${path}/${extra}: extra ${JSON.stringify(actual[extra])?.slice(0, 300)}`;
  }

  #list(expected: Json[], actual: Json | undefined, path: string): string | undefined {
    if (!Array.isArray(actual)) return differs(expected, actual, path);
    if (actual.length !== expected.length && !(this.#subset && actual.length > expected.length)) {
      return `${path}: ${actual.length} items instead of ${expected.length}: ${JSON.stringify(actual).slice(0, 300)}`;
    }
    if (this.#subset) {
      for (const [index, item] of expected.entries()) {
        const trial = actual.some(
          (one) => new Matcher(new Map(this.#bound), true, this.#ignore).match(item, one, path) === undefined,
        );
        const at = actual.findIndex(
          (one) => new Matcher(new Map(this.#bound), true, this.#ignore).match(item, one, path) === undefined,
        );
        if (!trial) return differs(item, actual[index], `${path}/${index}`);
        this.match(item, actual[at], path);
      }
      return undefined;
    }
    for (const [index, item] of expected.entries()) {
      const found = this.match(item, actual[index], `${path}/${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #text(expected: string, actual: Json | undefined, path: string): string | undefined {
    if (expected === '<managedFields>') return actual === undefined ? differs(expected, actual, path) : undefined;
    if (typeof actual === 'number' && /^<[a-z]+:\d+>$/.test(expected))
      return this.#bind(expected, String(actual), path);
    if (expected === '<nodeport>' && typeof actual === 'number') return undefined;
    if (typeof actual !== 'string') return differs(expected, actual, path);
    if (/^<[a-zA-Z]+(:\d+)?>$/.test(expected)) return this.#bind(expected, actual, path);
    // Texts that print Go values or the decoder's surroundings need not match word for word.
    if (path.endsWith('/message') && GO_VALUE.test(expected)) return undefined;
    if (!expected.includes('<')) return expected === actual ? undefined : differs(expected, actual, path);
    const names: string[] = [];
    const pattern = expected
      .split(/(<[a-zA-Z]+(?::\d+)?>)/)
      .map((part) => {
        if (!/^<[a-zA-Z]+(:\d+)?>$/.test(part)) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
        const known = this.#bound.get(part);
        if (known !== undefined) return known.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
        names.push(part);
        return '([^"]*?)';
      })
      .join('');
    const match = new RegExp(`^${pattern}$`, 's').exec(actual);
    if (match === null) return differs(expected, actual, path);
    for (const [index, name] of names.entries()) this.#bind(name, match[index + 1] ?? '', path);
    return undefined;
  }

  #bind(placeholder: string, actual: string, path: string): string | undefined {
    const [, name = '', number] = /^<([a-zA-Z]+)(?::(\d+))?>$/.exec(placeholder) ?? [];
    if (name === 'time' && Number.isNaN(Date.parse(actual))) return differs(placeholder, actual, path);
    if (name === 'uid' && !/^[0-9a-f-]{36}$/.test(actual)) return differs(placeholder, actual, path);
    if (number === undefined) return undefined;
    const known = this.#bound.get(placeholder);
    if (known !== undefined && known !== actual && !FREE.has(name))
      return `${path}: ${actual} instead of ${placeholder} = ${known}`;
    if (known === undefined || FREE.has(name)) this.#bound.set(placeholder, actual);
    return undefined;
  }
}

function differs(expected: Json, actual: Json | undefined, path: string): string {
  return `${path}: ${JSON.stringify(actual)?.slice(0, 400)} instead of ${JSON.stringify(expected)?.slice(0, 400)}`;
}
