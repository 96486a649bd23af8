import type { Clock, Logger } from '../../clock.js';
import type { KubeApi } from '../kube-api.js';

/** What every controller works with. */
export interface ControllerContext {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** Starts a controller; the result stops it. */
export type Controller = (context: ControllerContext) => () => void;
