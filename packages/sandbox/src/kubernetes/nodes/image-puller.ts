import type { Clock } from '../../clock.js';
import { PullError } from './container-runtime.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { PulledImage } from './image-store.js';

/** Why a container waits for its image: `reason` is that of its waiting state. */
export class ImageError extends Error {
  static {
    this.prototype.name = 'ImageError';
  }
  readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'InvalidImageName' | 'ErrImageNeverPull';

  constructor(reason: ImageError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What pulling tells as events. */
export type PullNote = (note: { readonly type?: 'Warning'; readonly reason: string; readonly message: string }) => void;

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '(?:localhost|[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:)|\\[[a-fA-F0-9:]+\\])(?::\\d+)?';
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][\\w+.-]*:[0-9a-fA-F]{32,})?$`,
);

/** The images of one node. */
export interface ImagePuller {
  /**
   * The image, pulled where the policy asks for it.
   *
   * @throws {ImageError} with the events of the kubelet already noted
   */
  ensure(reference: string, policy: string, note: PullNote): Promise<PulledImage>;
}

/** Pulls through a runtime, remembering what is on the node. */
export function createImagePuller(runtime: ContainerRuntime, clock: Pick<Clock, 'now'>): ImagePuller {
  const present = new Map<string, PulledImage>();
  return {
    async ensure(reference, policy, note) {
      if (!REFERENCE.test(reference)) {
        const why = /[A-Z]/.test(reference) ? ': repository name must be lowercase' : '';
        const message =
          `Failed to apply default image tag "${reference}": couldn't parse image reference "${reference}": ` +
          `invalid reference format${why}`;
        note({ type: 'Warning', reason: 'InspectFailed', message });
        note({ type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName' });
        throw new ImageError('InvalidImageName', message);
      }
      const known = present.get(reference);
      if (policy === 'Never' && known === undefined) {
        const message = `Container image "${reference}" is not present with pull policy of Never`;
        note({ type: 'Warning', reason: 'ErrImageNeverPull', message });
        note({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImageNeverPull' });
        throw new ImageError('ErrImageNeverPull', message);
      }
      if (known !== undefined && policy !== 'Always') {
        note({ reason: 'Pulled', message: `Container image "${reference}" already present on machine` });
        return known;
      }
      note({ reason: 'Pulling', message: `Pulling image "${reference}"` });
      const startMs = clock.now();
      try {
        const image = await runtime.pull(reference);
        present.set(reference, image);
        const took = `${clock.now() - startMs}ms`;
        note({
          reason: 'Pulled',
          message: `Successfully pulled image "${reference}" in ${took} (${took} including waiting)`,
        });
        return image;
      } catch (error) {
        const message =
          error instanceof PullError ? error.message : `rpc error: code = Unknown desc = ${String(error)}`;
        note({ type: 'Warning', reason: 'Failed', message: `Failed to pull image "${reference}": ${message}` });
        note({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
        throw new ImageError('ErrImagePull', message, { cause: error });
      }
    },
  };
}
