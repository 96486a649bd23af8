import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import type { EventNote } from '../controllers/events.js';
import { formatTime } from '../controllers/kube-time.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { StartError } from './container-runtime.js';
import type { ContainerExit, ContainerHandle, ContainerRuntime, Mount } from './container-runtime.js';
import { ImageError } from './image-puller.js';
import type { ImagePuller } from './image-puller.js';
import type { PulledImage } from './image-store.js';
import { LogFile } from './log-file.js';
import { buildEnv, ConfigError, expand } from './pod-env.js';
import { isRestarted } from './pod-status.js';
import type { ContainerRecord, Terminated } from './pod-status.js';
import { mountsOf } from './pod-volumes.js';
import type { VolumeSources } from './pod-volumes.js';
import { runProbe } from './probe.js';

/** What a container has from its pod. */
export interface ContainerHost {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly puller: ImagePuller;
  /** The pod as it is now. */
  pod(): KubeObject;
  /** What environment and volumes are made from now. */
  sources(): VolumeSources;
  /** The pod's address, as far as it is known. */
  podIp(): string;
  /** Takes in which way a container was started. */
  ranAs(kind: ContainerRuntime['kind']): void;
  /** Takes the address that the runtime gave the container. */
  setPodIp(address: string): void;
  /** Folder of the pod. */
  readonly dir: string;
  readonly newId: () => string;
  /** Aborted when the pod is to end: nothing is started any more. */
  readonly signal: AbortSignal;
  /** Writes the pod's status. */
  publish(): void;
  record(note: EventNote): void;
  /** Resolves at a change of a ConfigMap or Secret of the namespace, or after the time. Rejects with the signal. */
  configChange(maxMs: number): Promise<void>;
}

const FIRST_BACKOFF_MS = 10_000;
const LAST_BACKOFF_MS = 300_000;
/** A container that ran this long starts its back-off anew. */
const STEADY_MS = 600_000;
const BACKOFF_SHOWN_AFTER_MS = 1_000;
const CONFIG_RETRY_MS = 10_000;

interface Prepared {
  readonly image: PulledImage;
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
  readonly workingDir: string;
  readonly mounts: readonly Mount[];
}

/** Runs one container of a pod with its restarts, until it is done or the pod ends. */
export class ContainerLoop {
  readonly record: ContainerRecord;
  readonly #spec: Fields;
  readonly #host: ContainerHost;
  readonly #path: string;
  #handle: ContainerHandle | undefined;
  #logs: LogFile | undefined;
  #previousLogs: LogFile | undefined;
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
        const prepared = await this.#prepare();
        const ranMs = await this.#runOnce(prepared);
        const ended = 'terminated' in this.record.state ? this.record.state.terminated : this.#lastTerminated();
        const exitCode = ended?.exitCode ?? 0;
        if (signal.aborted || !this.#restarts(exitCode)) return exitCode;
        if (ranMs >= STEADY_MS) backoffMs = 0;
        if (backoffMs > 0) await this.#backOff(backoffMs);
        backoffMs = Math.min(LAST_BACKOFF_MS, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
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
    await this.#endWithHook(handle, graceMs);
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

  /** Image and configuration, however long they take. */
  async #prepare(): Promise<Prepared> {
    const { signal } = this.#host;
    const image = await this.#pull();
    for (;;) {
      signal.throwIfAborted();
      try {
        return this.#configure(image);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        this.#wait('CreateContainerConfigError', error.message);
        this.#note({ type: 'Warning', reason: 'Failed', message: `Error: ${error.message}` });
      }
      await this.#host.configChange(CONFIG_RETRY_MS);
    }
  }

  async #pull(): Promise<PulledImage> {
    const { puller, clock, signal } = this.#host;
    const image = this.record.image;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(LAST_BACKOFF_MS, backoffMs * 2)) {
      signal.throwIfAborted();
      try {
        return await puller.ensure(image, this.#spec['imagePullPolicy'] ?? 'IfNotPresent', (note) => this.#note(note));
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        signal.throwIfAborted();
        this.#wait(error.reason, error.message);
        await clock.sleep(BACKOFF_SHOWN_AFTER_MS, signal);
        if (error.reason === 'ErrImagePull') {
          const message = `Back-off pulling image "${image}"`;
          this.#wait('ImagePullBackOff', message);
          this.#note({ reason: 'BackOff', message });
          this.#note({ type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
        }
        await clock.sleep(backoffMs - BACKOFF_SHOWN_AFTER_MS, signal);
      }
    }
  }

  #configure(image: PulledImage): Prepared {
    const sources = this.#host.sources();
    const env = buildEnv(this.#spec, sources);
    const { command, args } = this.#spec;
    const { Entrypoint, Cmd, WorkingDir } = image.config;
    const own = [...(command ?? []), ...(args ?? [])].map((text: string) => expand(text, env));
    const entrypoint = command === undefined ? (Entrypoint ?? []) : [];
    const cmd = command === undefined && args === undefined ? (Cmd ?? []) : [];
    const workingDir: string = this.#spec['workingDir'] ?? (WorkingDir || '/');
    return {
      image,
      env,
      argv: [...entrypoint, ...cmd, ...own],
      workingDir,
      mounts: mountsOf(this.#spec, env, sources),
    };
  }

  /** @returns how long it ran, in milliseconds */
  async #runOnce({ image, ...prepared }: Prepared): Promise<number> {
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
        log: (chunk, stream) => logs.append(chunk, stream),
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
    const probing = this.#probe(handle, probes);
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
    const command = this.#spec['lifecycle']?.postStart?.exec?.command;
    if (command === undefined || handle.simulated) return;
    const { exitCode, output } = await handle.exec(command, this.#graceMs());
    if (exitCode === 0) return;
    const message = `PostStartHook failed: command '${command.join(' ')}' exited with ${exitCode}: ${output}`;
    this.#note({ type: 'Warning', reason: 'FailedPostStartHook', message });
    await handle.stop(this.#graceMs());
  }

  async #endWithHook(handle: ContainerHandle, graceMs: number): Promise<void> {
    const { clock } = this.#host;
    const deadline = clock.now() + graceMs;
    const preStop = this.#spec['lifecycle']?.preStop;
    if (preStop !== undefined && graceMs > 0 && !handle.simulated) {
      const over = new AbortController();
      void handle.exited.then(() => over.abort());
      if (preStop.exec !== undefined) await handle.exec(preStop.exec.command ?? [], graceMs);
      if (preStop.sleep !== undefined) {
        const ms = Math.min(graceMs, 1_000 * Number(preStop.sleep.seconds ?? 0));
        await clock.sleep(ms, over.signal).catch(() => undefined); // it ended by itself
      }
    }
    await handle.stop(Math.max(0, deadline - clock.now()));
  }

  /** Starts the container's probes; resolves when they have ended. */
  async #probe(handle: ContainerHandle, probes: AbortController): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.#spec;
    const { clock } = this.#host;
    const { record } = this;
    const target = { handle, address: handle.address ?? this.#host.podIp(), ports: this.#spec['ports'] ?? [] };
    const base = { clock, signal: probes.signal };
    const unhealthy = (kind: string) => (message: string) =>
      this.#note({ type: 'Warning', reason: 'Unhealthy', message: `${kind} probe failed: ${message}` });
    const kill = (kind: string): void => {
      if (this.#stopReason !== undefined) return;
      this.#stopReason = 'probe';
      this.#note({ reason: 'Killing', message: `Container ${record.name} failed ${kind} probe, will be restarted` });
      void this.#endWithHook(handle, this.#graceMs());
    };

    if (startupProbe !== undefined) {
      const onChange = (passed: boolean): boolean => {
        record.started = passed;
        if (passed && readinessProbe === undefined && !record.init) record.ready = true;
        if (passed) this.#host.publish();
        else kill('startup');
        return false;
      };
      // Not started is where it begins, so only a failure beyond the threshold is news.
      const failing = { failures: 0 };
      const onFailure = (message: string): void => {
        unhealthy('Startup')(message);
        failing.failures += 1;
        if (failing.failures >= Number(startupProbe.failureThreshold ?? 3)) kill('startup');
      };
      await runProbe(startupProbe, target, { ...base, initial: false, onFailure, onChange });
      if (probes.signal.aborted || !record.started) return;
    }
    const ready =
      readinessProbe === undefined
        ? undefined
        : runProbe(readinessProbe, target, {
            ...base,
            initial: false,
            onFailure: unhealthy('Readiness'),
            onChange: (passed) => {
              record.ready = passed;
              this.#host.publish();
              return true;
            },
          });
    const live =
      livenessProbe === undefined
        ? undefined
        : runProbe(livenessProbe, target, {
            ...base,
            initial: true,
            onFailure: unhealthy('Liveness'),
            onChange: (passed) => {
              if (!passed) kill('liveness');
              return passed;
            },
          });
    await Promise.all([ready, live]);
  }
}

function waitText(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
