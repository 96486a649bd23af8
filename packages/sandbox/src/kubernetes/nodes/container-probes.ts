import type { Clock } from '../../clock.js';
import type { Fields } from '../kube-api.js';
import type { ContainerRecord } from './pod-status.js';
import { runProbe } from './probe.js';
import type { ProbeTarget } from './probe.js';

/** The probes of a container that runs. */
export interface ContainerProbesOptions {
  readonly clock: Clock;
  /** Aborted when the container has ended. */
  readonly signal: AbortSignal;
  /** The container's spec. */
  readonly spec: Fields;
  readonly target: ProbeTarget;
  /** `started` and `ready` are kept in it. */
  readonly record: ContainerRecord;
  /** Writes the record out. */
  readonly publish: () => void;
  /** Takes the text of an event about a probe that failed. */
  readonly unhealthy: (message: string) => void;
  /** Ends the container, so that it is restarted. Called again while that goes on. */
  readonly kill: (kind: 'startup' | 'liveness') => void;
}

/** Runs the startup probe, then readiness and liveness probes side by side; resolves when they have ended. */
export async function runContainerProbes(options: ContainerProbesOptions): Promise<void> {
  const { spec, signal, record } = options;
  if (spec['startupProbe'] !== undefined) {
    await awaitStartup(options);
    if (signal.aborted || !record.started) return;
  }
  await Promise.all([watchReadiness(options), watchLiveness(options)]);
}

async function awaitStartup(options: ContainerProbesOptions): Promise<void> {
  const { clock, signal, spec, target, record, publish, unhealthy, kill } = options;
  const { startupProbe, readinessProbe } = spec;
  // Not started is where it begins, so only a failure beyond the threshold is news.
  let failures = 0;
  await runProbe(startupProbe, target, {
    clock,
    signal,
    initial: false,
    onFailure(message) {
      unhealthy(`Startup probe failed: ${message}`);
      failures += 1;
      if (failures >= Number(startupProbe.failureThreshold ?? 3)) kill('startup');
    },
    onChange(passed) {
      record.started = passed;
      if (passed && readinessProbe === undefined && !record.init) record.ready = true;
      if (passed) publish();
      else kill('startup');
      return false;
    },
  });
}

async function watchReadiness(options: ContainerProbesOptions): Promise<void> {
  const { clock, signal, spec, target, record, publish, unhealthy } = options;
  if (spec['readinessProbe'] === undefined) return;
  await runProbe(spec['readinessProbe'], target, {
    clock,
    signal,
    initial: false,
    onFailure: (message) => unhealthy(`Readiness probe failed: ${message}`),
    onChange(passed) {
      record.ready = passed;
      publish();
      return true;
    },
  });
}

async function watchLiveness(options: ContainerProbesOptions): Promise<void> {
  const { clock, signal, spec, target, unhealthy, kill } = options;
  if (spec['livenessProbe'] === undefined) return;
  await runProbe(spec['livenessProbe'], target, {
    clock,
    signal,
    initial: true,
    onFailure: (message) => unhealthy(`Liveness probe failed: ${message}`),
    onChange(passed) {
      if (!passed) kill('liveness');
      return passed;
    },
  });
}
