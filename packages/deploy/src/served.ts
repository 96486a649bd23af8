import { DeployError } from './errors.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';
import type { WaitDeps } from './wait.js';

const PAUSE_MS = 100;

/**
 * Returns once objects of a definition can be listed. A definition is `Established` up to a second before the API
 * serves its path, and nothing announces that, so it is asked for.
 *
 * @throws {DeployError} `REFUSED` for anything but "not there yet"; the signal's reason.
 */
export async function waitUntilServed(
  deps: WaitDeps,
  definition: KubeObject,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const version = listAt(definition, 'spec', 'versions').find((one) => at(one, 'served') === true);
  if (version === undefined) return;
  const apiVersion = `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')}`;
  const kind = { apiVersion, kind: textAt(definition, 'spec', 'names', 'kind') };
  for (;;) {
    try {
      await deps.kube.list(kind, { fieldSelector: 'metadata.name=none', ...options });
      return;
    } catch (error) {
      if (!(error instanceof DeployError) || error.httpStatus !== 404) throw error;
      await deps.clock.sleep(PAUSE_MS, options.signal);
    }
  }
}
