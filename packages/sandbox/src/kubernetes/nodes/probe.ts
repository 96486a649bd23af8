import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '../../clock.js';
import type { Fields } from '../kube-api.js';
import type { ContainerHandle } from './container-runtime.js';

const BETWEEN_MS = 100;
/** For so long after the start a failure is nothing to tell. */
const SETTLE_MS = 1_000;

/** Answer to one probe. */
export interface ProbeResult {
  readonly passed: boolean;
  /** Why not; text of the event. */
  readonly message: string;
}

/** What is probed. */
export interface ProbeTarget {
  readonly handle: ContainerHandle;
  /** Where the pod listens. */
  readonly address: string;
  /** Ports of the container, for named ones. */
  readonly ports: readonly Fields[];
}

/** Asks once. Never rejects. */
export async function probeOnce(probe: Fields, target: ProbeTarget): Promise<ProbeResult> {
  if (target.handle.simulated) return { passed: true, message: '' };
  const timeoutMs = 1_000 * Number(probe['timeoutSeconds'] ?? 1);
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined) {
    const { exitCode, output } = await target.handle.exec(exec.command ?? [], timeoutMs);
    return { passed: exitCode === 0, message: output.trimEnd() };
  }
  if (httpGet !== undefined) return getOnce(httpGet, target, timeoutMs);
  const port = portNumber((tcpSocket ?? grpc)?.port, target.ports);
  if (port === undefined) return { passed: false, message: 'the port is not one of the container' };
  return connectOnce(tcpSocket?.host ?? target.address, port, timeoutMs);
}

/**
 * Asks again and again; `onChange` is told when enough answers in a row differ from what was told before, and
 * `onFailure` of each one that fails. Ends with the signal.
 */
export async function runProbe(
  probe: Fields,
  target: ProbeTarget,
  loop: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly initial: boolean | undefined;
    readonly onFailure: (message: string) => void;
    /** @returns true to go on */
    readonly onChange: (passed: boolean, message: string) => boolean;
  },
): Promise<void> {
  const { clock, signal } = loop;
  const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  const periodMs = periodSeconds * 1_000;
  // A program takes a moment to listen, and a long period must not make all that wait for it wait longer: until the
  // first success it is asked in between too. Those answers count only when they are good.
  const between = loop.initial === false && successThreshold === 1 ? Math.min(BETWEEN_MS, periodMs) : periodMs;
  let told = loop.initial;
  let streak = 0;
  let last: boolean | undefined;
  try {
    if (initialDelaySeconds > 0) await clock.sleep(initialDelaySeconds * 1_000, signal);
    const grace = between < periodMs ? Math.min(SETTLE_MS, periodMs) : 0;
    for (let dueMs = clock.now() + grace; ;) {
      const { passed, message } = await probeOnce(probe, target);
      signal.throwIfAborted();
      const due = clock.now() >= dueMs;
      if (due) dueMs += periodMs * Math.max(1, Math.ceil((clock.now() - dueMs) / periodMs));
      if (passed || due) {
        streak = passed === last ? streak + 1 : 1;
        last = passed;
        if (!passed) loop.onFailure(message);
        if (streak >= (passed ? successThreshold : failureThreshold) && told !== passed) {
          told = passed;
          if (!loop.onChange(passed, message)) return;
        }
      }
      const untilDue = Math.max(1, dueMs - clock.now());
      await clock.sleep(told === false ? Math.min(between, untilDue) : untilDue, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function portNumber(port: unknown, ports: readonly Fields[]): number | undefined {
  if (typeof port === 'number') return port;
  const named = ports.find(({ name }) => name === port)?.['containerPort'];
  if (typeof named === 'number') return named;
  return /^\d+$/.test(String(port)) ? Number(port) : undefined;
}

function getOnce(httpGet: Fields, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const port = portNumber(httpGet['port'], target.ports);
  if (port === undefined) {
    return Promise.resolve({ passed: false, message: `couldn't find port: ${JSON.stringify(httpGet['port'])}` });
  }
  const secure = String(httpGet['scheme']).toUpperCase() === 'HTTPS';
  const host: string = httpGet['host'] ?? target.address;
  const path: string = httpGet['path'] ?? '/';
  const headers = Object.fromEntries(
    ((httpGet['httpHeaders'] ?? []) as Fields[]).map(({ name, value }) => [name, value]),
  );
  const url = `${secure ? 'https' : 'http'}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve({ passed: false, message: `Get ${JSON.stringify(url)}: ${why}` });
    const send = secure ? httpsRequest : httpRequest;
    try {
      const request = send(
        url,
        // As the kubelet does: a probe is no place to check certificates.
        {
          headers: { 'user-agent': 'kube-probe/1.34', accept: '*/*', ...headers },
          agent: false,
          rejectUnauthorized: false,
        },
        (response) => {
          response.resume();
          const { statusCode = 0 } = response;
          const passed = statusCode >= 200 && statusCode < 400;
          resolve({ passed, message: passed ? '' : `HTTP probe failed with statuscode: ${statusCode}` });
        },
      );
      request.setTimeout(timeoutMs, () => {
        request.destroy();
        fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
      });
      request.once('error', (error: NodeJS.ErrnoException) => fail(dialError(error, host, port)));
      request.end();
    } catch (error) {
      fail(String(error)); // a path or header that is no HTTP
    }
  });
}

function connectOnce(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (passed: boolean, message: string): void => {
      socket.destroy();
      resolve({ passed, message });
    };
    socket.setTimeout(timeoutMs, () => end(false, `dial tcp ${host}:${port}: i/o timeout`));
    socket.once('connect', () => end(true, ''));
    socket.once('error', (error: NodeJS.ErrnoException) => end(false, dialError(error, host, port)));
  });
}

function dialError(error: NodeJS.ErrnoException, host: string, port: number): string {
  const why = error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
  return `dial tcp ${host}:${port}: ${why}`;
}
