import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventNote } from '../controllers/events.js';
import { formatTime } from '../controllers/kube-time.js';
import type { Fields } from '../kube-api.js';
import type { ContainerHost } from './container-host.js';
import { runContainerProbes } from './container-probes.js';
import { StartError } from './container-runtime.js';
import type { ContainerExit, ContainerHandle, ContainerRequest } from './container-runtime.js';
import type { PulledImage } from './image-store.js';
import { runPostStart, stopWithHook } from './lifecycle-hooks.js';
import { LogFile } from './log-file.js';
import { isRestarted } from './pod-status.js';
import type { ContainerRecord, Terminated } from './pod-status.js';
import { prepareContainer } from './prepared-container.js';
import type { PreparedContainer, Waiting } from './prepared-container.js';
import { nextBackoffMs } from './restart-back-off.js';

/** A container that ran this long starts its back-off anew. */
const STEADY_MS = 600_000;

type OutputListener = ContainerRequest['log'];

/** Runs one container of a pod with its restarts, until it is done or the pod ends. */
export class ContainerLoop {
  readonly record: ContainerRecord;
  readonly #spec: Fields;
  readonly #host: ContainerHost;
  readonly #path: string;
  #handle: ContainerHandle | undefined;
  #logs: LogFile | undefined;
  #previousLogs: LogFile | undefined;
  readonly #listeners = new Set<OutputListener>();
  #startedMs = 0;
  #stopReason: 'pod' | 'probe' | undefined;

  constructor(host: ContainerHost, spec: Fields, init: boolean) {
    this.#host = host;
    this.#spec = spec;
    this.#path = `spec.${init ? 'initContainers' : 'containers'}{${spec['name']}}`;
    const waits = init || (host.pod().spec?.['initContainers'] ?? []).length > 0;
    this.record = {
      name: spec['name'],
      init,
      image: spec['image'],
      state: { waiting: { reason: waits ? 'PodInitializing' : 'ContainerCreating' } },
      lastState: undefined,
      ready: false,
      started: false,
      restartCount: 0,
      imageId: '',
      containerId: '',
    };
  }

  /** Log of the present run, or of the one before. */
  logs(previous: boolean): LogFile | undefined {
    return previous ? this.#previousLogs : this.#logs;
  }

  /** The container as it runs now. */
  get handle(): ContainerHandle | undefined {
    return this.#handle;
  }

  /** Hands over what the container prints from now on. @returns stops it */
  listen(listener: OutputListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Runs to the end; resolves when the container is not to be started again, also because the pod ends.
   *
   * @returns the last exit code, `undefined` when it never ran
   */
  async run(): Promise<number | undefined> {
    const { signal } = this.#host;
    let backoffMs = 0;
    try {
      for (;;) {
        const prepared = await prepareContainer(this.#host, this.#spec, this.#waiting);
        const ranMs = await this.#runOnce(prepared);
        const ended = 'terminated' in this.record.state ? this.record.state.terminated : this.#lastTerminated();
        const exitCode = ended?.exitCode ?? 0;
        if (signal.aborted || !this.#restarts(exitCode)) return exitCode;
        if (ranMs >= STEADY_MS) backoffMs = 0;
        if (backoffMs > 0) await this.#backOff(backoffMs);
        backoffMs = nextBackoffMs(backoffMs);
        if ('terminated' in this.record.state) this.record.lastState = this.record.state;
        this.record.restartCount += 1;
        await this.#forgetOldLogs();
      }
    } catch (error) {
      if (signal.aborted) return this.#lastTerminated()?.exitCode;
      throw error;
    }
  }

  /** Ends a running container within the grace; the record shows how it ended when this resolves. */
  async stop(graceMs: number): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    if (this.#stopReason !== 'pod') {
      this.#note({ reason: 'Killing', message: `Stopping container ${this.record.name}` });
    }
    this.#stopReason = 'pod';
    await stopWithHook(handle, this.#spec, { clock: this.#host.clock, graceMs });
  }

  #restarts(exitCode: number): boolean {
    const policy: string = this.#host.pod().spec?.['restartPolicy'] ?? 'Always';
    if (this.#spec['restartPolicy'] === 'Always') return true; // a sidecar
    if (this.record.init) return exitCode !== 0 && policy !== 'Never';
    return isRestarted(policy, exitCode);
  }

  #lastTerminated(): Terminated | undefined {
    const { state, lastState } = this.record;
    if ('terminated' in state) return state.terminated;
    return lastState !== undefined && 'terminated' in lastState ? lastState.terminated : undefined;
  }

  /** @returns how long it ran, in milliseconds */
  async #runOnce({ image, ...prepared }: PreparedContainer): Promise<number> {
    const { clock, runtime, signal, newId } = this.#host;
    const { record } = this;
    const id = `${newId()}${newId()}`.replaceAll('-', '').slice(0, 64).padEnd(64, '0');
    const dir = join(this.#host.dir, 'containers', `${record.name}-${record.restartCount}`);
    await mkdir(dir, { recursive: true });
    const logs = new LogFile(join(dir, 'log'), { now: () => clock.now() });
    this.#previousLogs = this.#logs;
    this.#logs = logs;
    this.#note({ reason: 'Created', message: `Created container ${record.name}` });
    const containerId = `${runtime.kind === 'docker' ? 'docker' : 'sandbox'}://${id}`;
    let handle: ContainerHandle;
    try {
      signal.throwIfAborted();
      handle = await runtime.start({
        id,
        pod: this.#host.pod(),
        container: this.#spec,
        image,
        ...prepared,
        dir,
        podIp: this.#host.podIp(),
        init: record.init,
        log: (chunk, stream) => {
          logs.append(chunk, stream);
          for (const listener of this.#listeners) listener(chunk, stream);
        },
      });
    } catch (error) {
      logs.close();
      if (!(error instanceof StartError)) throw error;
      this.#failToStart(error, id, containerId, image);
      return 0;
    }
    this.#handle = handle;
    this.#host.ranAs(handle.simulated ? 'simulated' : runtime.kind);
    if (handle.address !== undefined) this.#host.setPodIp(handle.address);
    this.#stopReason = undefined;
    this.#startedMs = clock.now();
    record.imageId = image.imageId;
    record.containerId = containerId;
    record.state = { running: { startedAt: formatTime(this.#startedMs) } };
    const { startupProbe, readinessProbe } = this.#spec;
    record.started = startupProbe === undefined;
    const steady = !record.init || this.#spec['restartPolicy'] === 'Always';
    record.ready = steady && record.started && readinessProbe === undefined;
    this.#note({ reason: 'Started', message: `Started container ${record.name}` });
    const probes = new AbortController();
    const probing = this.#probe(handle, probes.signal);
    this.#host.publish();
    // The pod was told to end while this one started, too late for it to be stopped with the others.
    if (signal.aborted) void this.stop(this.#graceMs());
    void this.#postStart(handle);
    const exit = await handle.exited;
    probes.abort();
    void probing; // one last answer may still be under way, and is not waited for
    logs.close();
    this.#handle = undefined;
    const message = exit.message ?? (await this.#messageFromLogs(exit, logs));
    record.state = {
      terminated: {
        exitCode: exit.exitCode,
        reason: exit.exitCode === 0 ? 'Completed' : 'Error',
        ...(message === undefined ? {} : { message }),
        startedAt: formatTime(this.#startedMs),
        finishedAt: formatTime(clock.now()),
        containerID: containerId,
      },
    };
    record.ready = record.init && exit.exitCode === 0;
    record.started = false;
    this.#host.publish();
    await rm(join(dir, 'root'), { recursive: true, force: true });
    return clock.now() - this.#startedMs;
  }

  async #messageFromLogs({ exitCode }: ContainerExit, logs: LogFile): Promise<string | undefined> {
    if (exitCode === 0 || this.#spec['terminationMessagePolicy'] !== 'FallbackToLogsOnError') return undefined;
    const text = await logs.tail(80, 2_048);
    return text === '' ? undefined : text;
  }

  #failToStart(error: StartError, id: string, containerId: string, image: PulledImage): void {
    const { record } = this;
    const now = formatTime(this.#host.clock.now());
    const ended = {
      terminated: {
        exitCode: 127,
        reason: 'ContainerCannotRun',
        message: error.message,
        startedAt: now,
        finishedAt: now,
        containerID: containerId,
      },
    };
    record.imageId = image.imageId;
    record.containerId = containerId;
    record.ready = false;
    record.started = false;
    this.#note({
      type: 'Warning',
      reason: 'Failed',
      message: `Error: failed to start container "${record.name}": ${error.message}`,
    });
    if (this.#restarts(127)) {
      record.lastState = ended;
      this.#wait(
        'RunContainerError',
        `failed to start container "${id}": Error response from daemon: ${error.message}`,
      );
    } else {
      record.state = ended;
      this.#host.publish();
    }
  }

  async #backOff(backoffMs: number): Promise<void> {
    const { clock, signal } = this.#host;
    const { metadata } = this.#host.pod();
    if ('terminated' in this.record.state) this.record.lastState = this.record.state;
    const name = `container=${this.record.name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
    this.#wait('CrashLoopBackOff', `back-off ${waitText(backoffMs)} restarting failed ${name}`);
    this.#note({ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container' });
    await clock.sleep(backoffMs, signal);
  }

  async #forgetOldLogs(): Promise<void> {
    const old = this.record.restartCount - 2;
    if (old < 0) return;
    this.#previousLogs?.close();
    await rm(join(this.#host.dir, 'containers', `${this.record.name}-${old}`), { recursive: true, force: true });
  }

  get #waiting(): Waiting {
    return { wait: (reason, message) => this.#wait(reason, message), note: (note) => this.#note(note) };
  }

  #wait(reason: string, message: string): void {
    this.record.state = { waiting: { reason, message } };
    this.#host.publish();
  }

  #note(note: Omit<EventNote, 'fieldPath'>): void {
    this.#host.record({ ...note, fieldPath: this.#path });
  }

  #graceMs(): number {
    return 1_000 * Number(this.#host.pod().spec?.['terminationGracePeriodSeconds'] ?? 30);
  }

  async #postStart(handle: ContainerHandle): Promise<void> {
    const message = await runPostStart(handle, this.#spec, this.#graceMs());
    if (message === undefined) return;
    this.#note({ type: 'Warning', reason: 'FailedPostStartHook', message });
    await handle.stop(this.#graceMs());
  }

  /** Starts the container's probes; resolves when they have ended. */
  #probe(handle: ContainerHandle, signal: AbortSignal): Promise<void> {
    const { clock } = this.#host;
    return runContainerProbes({
      clock,
      signal,
      spec: this.#spec,
      target: { handle, address: handle.address ?? this.#host.podIp(), ports: this.#spec['ports'] ?? [] },
      record: this.record,
      publish: () => this.#host.publish(),
      unhealthy: (message) => this.#note({ type: 'Warning', reason: 'Unhealthy', message }),
      kill: (kind) => {
        if (this.#stopReason !== undefined) return;
        this.#stopReason = 'probe';
        const message = `Container ${this.record.name} failed ${kind} probe, will be restarted`;
        this.#note({ reason: 'Killing', message });
        void stopWithHook(handle, this.#spec, { clock, graceMs: this.#graceMs() });
      },
    });
  }
}

function waitText(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
