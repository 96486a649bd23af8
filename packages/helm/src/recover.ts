import { HelmError } from './errors.js';
import { labelSelector } from './helm-flags.js';
import type { Helm, Recovery, ReleaseRef } from './helm-interface.js';

type Calls = Pick<Helm, 'history' | 'list' | 'rollback' | 'uninstall'>;
type Request = Parameters<Helm['recover']>[0];

/** {@link Helm.recover}, made of other calls. */
export async function recoverRelease(helm: Calls, { labels, ...ref }: Request): Promise<Recovery> {
  const selector = labelSelector(labels ?? {});
  const revisions = await helm.history(ref);
  const newest = revisions.at(-1);
  const isStuck = newest?.status.startsWith('pending-') || newest?.status === 'uninstalling';
  if (newest === undefined || !isStuck) return 'nothing';
  if (labels !== undefined && !(await isLabelled(helm, ref, labels))) {
    throw new HelmError('PENDING_OPERATION', `release "${ref.release}" is ${newest.status}, and lacks ${selector}`, {
      hint: 'Choose another release name, or let its owner free it.',
    });
  }
  const good = revisions.findLast(({ status }) => status === 'deployed' || status === 'superseded');
  if (good === undefined || newest.status === 'uninstalling') {
    await helm.uninstall(ref);
    return 'uninstalled';
  }
  await helm.rollback({ ...ref, revision: good.revision });
  return 'rolled-back';
}

async function isLabelled(
  helm: Calls,
  { release, namespace, signal }: ReleaseRef,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  const found = await helm.list({ namespace, labels, ...(signal === undefined ? {} : { signal }) });
  return found.some(({ name }) => name === release);
}
