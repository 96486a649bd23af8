import { DeployError } from './errors.js';
import { describeHeld, findHeldObjects, removeFinalizers } from './held-objects.js';
import type { KubeObject, ObjectRef } from './kube-object.js';
import { at, conditionOf, listAt, textAt } from './kube-object.js';
import type { RemovalOptions } from './custom-resources.js';
import type { WaitDeps } from './wait.js';
import { waitUntilGone } from './wait.js';

const PENDING = ['NamespaceContentRemaining', 'NamespaceFinalizersRemaining'] as const;

/**
 * Deletes a namespace and sees it gone. One that only waits for finalizers is given up on after `finalizerTimeoutMs`,
 * for nothing but their removal will help it; with `force` they are removed.
 *
 * @throws {DeployError} `TIMEOUT`; `detail` has what the namespace's conditions say and who holds each object.
 */
export async function removeNamespace(deps: WaitDeps, found: KubeObject, options: RemovalOptions): Promise<void> {
  const { kube, clock } = deps;
  const { namespace, signal, timeoutMs, finalizerTimeoutMs, force, onLine } = options;
  const { uid } = found.metadata;
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const start = clock.now();
  const left = (): number => timeoutMs - (clock.now() - start);
  await kube.delete(ref, { signal, ...(uid === undefined ? {} : { uid }) });
  let now: KubeObject | undefined = found;
  for (let forced = false; left() > 0;) {
    now = await goneOrPresent(deps, ref, uid, { timeoutMs: Math.min(finalizerTimeoutMs, left()), signal });
    if (now === undefined) return onLine(`namespace ${namespace} is gone`);
    if (at(conditionOf(now, 'NamespaceFinalizersRemaining'), 'status') !== 'True') continue;
    // The condition is what the namespace's controller saw last: once nothing is held, only its next look is waited for.
    const held = await findHeldObjects(kube, namespace, { signal });
    if (held.length === 0) continue;
    if (!force || forced) break;
    forced = true;
    for (const object of held) {
      onLine(`${describeHeld(object)}: removing, as forced`);
      await removeFinalizers(kube, object, { signal });
    }
  }
  if (now === undefined) return;
  const held = await findHeldObjects(kube, namespace, { signal });
  const lines = [...conditionLines(now), ...held.map(describeHeld)];
  for (const line of lines) onLine(line);
  const [first] = held;
  const why = first === undefined ? '' : `: ${describeHeld(first)}`;
  throw new DeployError(
    'TIMEOUT',
    `namespace ${namespace} was not gone within ${Math.round((clock.now() - start) / 1_000)} s${why}`,
    {
      detail: lines.join('\n'),
      hint: 'Let the controllers named in the finalizers finish, or take the finalizers away with --force.',
    },
  );
}

async function goneOrPresent(
  { kube, clock }: WaitDeps,
  ref: ObjectRef,
  uid: string | undefined,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<KubeObject | undefined> {
  try {
    await waitUntilGone({ kube, clock }, { ...ref, uid }, limits);
    return undefined;
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'TIMEOUT') throw error;
    const now = await kube.get(ref, { signal: limits.signal });
    return now === undefined || (uid !== undefined && now.metadata.uid !== uid) ? undefined : now;
  }
}

/** What the namespace controller says it still waits for, and what it cannot do. */
function conditionLines(namespace: KubeObject): readonly string[] {
  const conditions = listAt(namespace, 'status', 'conditions').filter((one) => at(one, 'status') === 'True');
  const rank = (one: unknown): number => (PENDING as readonly string[]).indexOf(textAt(one, 'type'));
  return [
    `namespace is ${textAt(namespace, 'status', 'phase') || 'in an unknown phase'}`,
    ...[...conditions]
      .sort((a, b) => rank(b) - rank(a))
      .map((one) => `${textAt(one, 'type')}: ${textAt(one, 'message')}`),
  ];
}
