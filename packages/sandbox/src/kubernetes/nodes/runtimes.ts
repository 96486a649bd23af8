import type { Clock } from '../../clock.js';
import { PullError } from './container-runtime.js';
import type { ContainerRuntime } from './container-runtime.js';
import { containerConfigOf } from './image-store.js';
import type { ImageStore } from './image-store.js';
import { startProcess } from './process-container.js';
import type { ProcessOptions } from './process-container.js';
import { startSimulated } from './simulated-runtime.js';

/** What containers run with where there is no engine. */
export interface HostRuntimeOptions extends ProcessOptions {
  readonly clock: Clock;
  /** Without it every image counts as present and everything is simulated. */
  readonly images: ImageStore | undefined;
}

/** Runs Node.js programs of the sandbox's own images as processes of the host, and simulates the rest. */
export function createHostRuntime(options: HostRuntimeOptions): ContainerRuntime {
  const { images, clock } = options;
  return {
    kind: images === undefined ? 'simulated' : 'process',
    async pull(reference) {
      if (images === undefined) return { reference, imageId: '', config: {} };
      const stored = await images.find(reference);
      if (stored === undefined) {
        throw new PullError(
          `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": ` +
            `manifest for ${reference} not found: manifest unknown: manifest unknown`,
        );
      }
      const { digest } = stored;
      const imageId =
        digest === undefined || digest === '' ? '' : `docker-pullable://${repositoryOf(reference)}@${digest}`;
      return { reference, imageId, config: containerConfigOf(stored), stored };
    },
    async start(request) {
      if (request.image.stored === undefined) {
        return startSimulated(request, { clock, reason: 'there is no container engine' });
      }
      const scripted = Object.keys(request.pod.metadata.annotations ?? {}).some((key) =>
        /^sandbox\.seatrial\.dev\/(exit-code|duration)(\.|$)/.test(key),
      );
      if (scripted) return startSimulated(request, { clock, reason: 'its annotations script it' });
      const handle = await startProcess(request, options);
      if (!('kind' in handle)) return handle;
      return startSimulated(request, { clock, reason: 'there is no container engine, and it is no Node.js program' });
    },
    async close() {
      // Containers are ended one by one by the pods they belong to.
    },
  };
}

/** The reference without tag and digest. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
