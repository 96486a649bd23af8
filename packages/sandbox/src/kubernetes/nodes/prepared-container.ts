import type { Fields } from '../kube-api.js';
import type { ContainerHost } from './container-host.js';
import type { Mount } from './container-runtime.js';
import { ImageError } from './image-puller.js';
import type { PullNote } from './image-puller.js';
import type { PulledImage } from './image-store.js';
import { FIRST_BACKOFF_MS, nextBackoffMs } from './restart-back-off.js';
import { buildEnv, ConfigError, expand } from './pod-env.js';
import { mountsOf } from './pod-volumes.js';

const BACKOFF_SHOWN_AFTER_MS = 1_000;
const CONFIG_RETRY_MS = 10_000;

/** What a container is started with, once there is all that it needs. */
export interface PreparedContainer {
  readonly image: PulledImage;
  /** Variables of the pod; the image's own are not in it. */
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
  readonly workingDir: string;
  readonly mounts: readonly Mount[];
}

/** Who is told while a container waits. */
export interface Waiting {
  /** Takes the reason and text of its waiting state. */
  readonly wait: (reason: string, message: string) => void;
  /** Takes an event. */
  readonly note: PullNote;
}

/** Gets image and configuration, however long they take. Rejects with the host's signal. */
export async function prepareContainer(
  host: ContainerHost,
  spec: Fields,
  { wait, note }: Waiting,
): Promise<PreparedContainer> {
  const image = await pull(host, spec, { wait, note });
  for (;;) {
    host.signal.throwIfAborted();
    try {
      return configure(host, spec, image);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      wait('CreateContainerConfigError', error.message);
      note({ type: 'Warning', reason: 'Failed', message: `Error: ${error.message}` });
    }
    await host.configChange(CONFIG_RETRY_MS);
  }
}

async function pull(host: ContainerHost, spec: Fields, { wait, note }: Waiting): Promise<PulledImage> {
  const { puller, clock, signal } = host;
  const image: string = spec['image'];
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = nextBackoffMs(backoffMs)) {
    signal.throwIfAborted();
    try {
      return await puller.ensure(image, spec['imagePullPolicy'] ?? 'IfNotPresent', note);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      signal.throwIfAborted();
      wait(error.reason, error.message);
      await clock.sleep(BACKOFF_SHOWN_AFTER_MS, signal);
      if (error.reason === 'ErrImagePull') {
        const message = `Back-off pulling image "${image}"`;
        wait('ImagePullBackOff', message);
        note({ reason: 'BackOff', message });
        note({ type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
      }
      await clock.sleep(backoffMs - BACKOFF_SHOWN_AFTER_MS, signal);
    }
  }
}

function configure(host: ContainerHost, spec: Fields, image: PulledImage): PreparedContainer {
  const sources = host.sources();
  const env = buildEnv(spec, sources);
  const { command, args } = spec;
  const { Entrypoint, Cmd, WorkingDir } = image.config;
  const own = [...(command ?? []), ...(args ?? [])].map((text: string) => expand(text, env));
  const entrypoint = command === undefined ? (Entrypoint ?? []) : [];
  const cmd = command === undefined && args === undefined ? (Cmd ?? []) : [];
  const workingDir: string = spec['workingDir'] ?? (WorkingDir || '/');
  return { image, env, argv: [...entrypoint, ...cmd, ...own], workingDir, mounts: mountsOf(spec, env, sources) };
}
