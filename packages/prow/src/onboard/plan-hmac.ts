import type { RepositoryName } from '../github/repositories.js';
import type { FileChange } from './file-change.js';
import { readTextIfAny } from './file-change.js';
import type { HmacSecret } from './hmac-file.js';
import { ensureHmacSecret } from './hmac-file.js';
import type { Step } from './step.js';

/** The webhook's secret, what becomes of its file, and the step that this is. */
export interface HmacPlan {
  readonly secret: HmacSecret;
  readonly file: FileChange;
  readonly step: Step;
}

/** Works out which secret a webhook gets. Nothing is written. @throws {ProwError} `INVALID_CONFIG`, `INVALID_FLAG` */
export async function planHmac(
  deps: { readonly clock: { now(): number }; readonly newSecret: () => string },
  repository: RepositoryName,
  path: string,
): Promise<HmacPlan> {
  const before = await readTextIfAny(path);
  const { newSecret, clock } = deps;
  const secret = ensureHmacSecret({ newSecret, now: () => clock.now() }, repository, { path, text: before ?? '' });
  const file: FileChange = { path, before, after: secret.text, isSecret: true };
  const step: Step = secret.isNew
    ? {
        step: 'token',
        state: 'done',
        detail: `a new one for ${secret.level} in ${path}`,
        todo: `Give the file to Prow's hook: kubectl create secret generic hmac-token --from-file=hmac=${path} --dry-run=client -o yaml | kubectl apply -f -`,
      }
    : { step: 'token', state: 'already', detail: `that of ${secret.level} in ${path}` };
  return { secret, file, step };
}
