import type { ServerResponse } from 'node:http';
import { ApiError } from '../api-error.js';
import { badRequest, fault, invalid } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject, LogRequest, PodRuntime } from '../kube-api.js';
import type { Clock } from '../clock.js';
import { readNumber } from '../http/list.js';

/** What serving a log needs. */
export interface LogDeps {
  readonly clock: Clock;
  readonly podRuntime: PodRuntime | undefined;
}

const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');

function readOptions(pod: KubeObject, query: URLSearchParams, nowMs: number): Omit<LogRequest, 'container' | 'signal'> {
  const faults: FieldError[] = [];
  const tailLines = readNumber(query, 'tailLines');
  const limitBytes = readNumber(query, 'limitBytes');
  const sinceSeconds = readNumber(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime') ?? undefined;
  if (tailLines !== undefined && tailLines < 0)
    faults.push(fault.invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    faults.push(fault.invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    faults.push(fault.forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    faults.push(fault.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (faults.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod.metadata.name ?? '', faults);
  const sinceMs =
    sinceSeconds !== undefined
      ? nowMs - sinceSeconds * 1000
      : sinceTime === undefined
        ? undefined
        : Date.parse(sinceTime);
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) {
    throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
  }
  return {
    follow: isTrue(query, 'follow'),
    previous: isTrue(query, 'previous'),
    timestamps: isTrue(query, 'timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

/** The container that is meant. @throws {ApiError} 400 when it is not clear, or not one of the pod */
export function chooseContainer(pod: KubeObject, asked: string): string {
  const { spec = {}, metadata } = pod;
  const names = (member: string): string[] => (spec[member] ?? []).map(({ name }: Fields) => name);
  const [containers, init, ephemeral] = [names('containers'), names('initContainers'), names('ephemeralContainers')];
  if (asked !== '') {
    if ([...containers, ...init, ...ephemeral].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
  }
  const marked = metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (marked !== undefined && containers.includes(marked)) return marked;
  if (containers.length === 1 && containers[0] !== undefined && init.length === 0) return containers[0];
  if (containers.length === 1 && containers[0] !== undefined && init.length > 0) {
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${[...init, ...containers].join(' ')}]`,
    );
  }
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: [${[...init, ...containers].join(' ')}]`,
  );
}

function checkState(pod: KubeObject, container: string, previous: boolean): void {
  const { status = {}, metadata } = pod;
  const all: Fields[] = [...(status['containerStatuses'] ?? []), ...(status['initContainerStatuses'] ?? [])];
  const found = all.find(({ name }) => name === container);
  const named = `container ${JSON.stringify(container)} in pod ${JSON.stringify(metadata.name)}`;
  if (previous) {
    if (found?.['lastState']?.terminated === undefined) {
      throw badRequest(`previous terminated ${named} not found`);
    }
    return;
  }
  const { waiting } = found?.['state'] ?? {};
  if (found === undefined || (waiting !== undefined && found['lastState']?.terminated === undefined)) {
    const reason: string = waiting?.reason ?? 'ContainerCreating';
    const why =
      reason === 'ErrImagePull'
        ? "image can't be pulled"
        : reason === 'ImagePullBackOff'
          ? 'trying and failing to pull image'
          : reason;
    throw badRequest(`${named} is waiting to start: ${why}`);
  }
}

/**
 * Answers `pods/log`.
 *
 * @throws {ApiError} 400, 422
 */
export async function sendLog(
  { clock, podRuntime }: LogDeps,
  pod: KubeObject,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const options = readOptions(pod, query, clock.now());
  const container = chooseContainer(pod, query.get('container') ?? '');
  if (!pod.spec?.['nodeName']) {
    response.writeHead(204, { 'cache-control': 'no-cache, private' });
    response.end();
    return;
  }
  checkState(pod, container, options.previous);
  if (podRuntime === undefined)
    throw new ApiError({ code: 501, reason: 'NotImplemented', message: 'no kubelet keeps logs here' });
  const ended = new AbortController();
  response.on('close', () => ended.abort());
  const chunks = await podRuntime.logs(pod, { ...options, container, signal: ended.signal });
  const iterator = chunks[Symbol.asyncIterator]();
  // The first chunk decides whether there is a log at all; until then a refusal can still be answered.
  const begin = (): void => {
    if (!response.headersSent)
      response.writeHead(200, { 'cache-control': 'no-cache, private', 'content-type': 'text/plain' });
  };
  if (options.follow) {
    begin();
    response.flushHeaders();
  }
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      begin();
      if (ended.signal.aborted) break;
      if (!response.write(next.value)) await drained(response, ended.signal);
    }
  } finally {
    if (ended.signal.aborted) await iterator.return?.();
  }
  begin();
  response.end();
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
