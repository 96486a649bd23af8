import type { Logger } from '../clock.js';
import { OWNER_LABEL } from '../kubernetes/nodes/docker-runtime.js';
import type { ContainerEngine } from '../kubernetes/nodes/docker-runtime.js';

const BUDGET_MS = 10_000;

/**
 * Removes the containers of sandboxes that were killed. Those without {@link OWNER_LABEL} stay, and what the engine
 * refuses is logged: nothing here keeps a sandbox from starting.
 *
 * @param deps.isGone Has the process ended that the label names?
 */
export async function removeOrphans(deps: {
  readonly engine: Pick<ContainerEngine, 'listContainers' | 'getContainer'>;
  readonly logger: Logger;
  readonly isGone: (owner: string) => Promise<boolean>;
}): Promise<void> {
  const { engine, logger, isGone } = deps;
  const abortSignal = AbortSignal.timeout(BUDGET_MS);
  try {
    const found = await engine.listContainers({ all: true, filters: { label: [OWNER_LABEL] }, abortSignal });
    await Promise.all(
      found.map(async ({ Id: id, Labels }) => {
        const owner = Labels?.[OWNER_LABEL] ?? '';
        if (!(await isGone(owner))) return;
        try {
          await engine.getContainer(id).remove({ force: true, v: true, abortSignal });
          logger.info('container of a killed sandbox removed', { id, owner });
        } catch (error) {
          // Another sandbox that starts may have been first.
          logger.debug('container of a killed sandbox not removed', { id, owner, error: String(error) });
        }
      }),
    );
  } catch (error) {
    logger.warn('containers of killed sandboxes could not be looked for', { error: String(error) });
  }
}
