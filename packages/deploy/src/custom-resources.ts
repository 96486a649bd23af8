import { DEFINITION, kindOfDefinition } from './crd-claims.js';
import { DeployError } from './errors.js';
import { describeControllers, describeHeld, removeFinalizers } from './held-objects.js';
import type { KubeClient } from './kube-client.js';
import type { KindRef, KubeObject } from './kube-object.js';
import { nameOf } from './kube-object.js';
import { within } from './limits.js';
import type { Limits } from './limits.js';
import { observe } from './observe.js';
import type { WaitDeps } from './wait.js';

/** How custom resources are taken away. */
export interface RemovalOptions extends Limits {
  readonly namespace: string;
  /** How long their controllers may take, in milliseconds. */
  readonly finalizerTimeoutMs: number;
  /** Take the finalizers away after that. */
  readonly force: boolean;
  readonly onLine: (line: string) => void;
}

/**
 * Deletes the custom resources of a namespace and sees them gone, while their operator is still there to remove its
 * finalizers.
 *
 * @throws {DeployError} `TIMEOUT` when some stay: `detail` has who holds each, and the state of the controllers.
 */
export async function removeCustomResources(deps: WaitDeps, options: RemovalOptions): Promise<void> {
  const { kube } = deps;
  const { namespace, signal, onLine, force } = options;
  const objects = await listCustomResources(kube, namespace, { signal });
  if (objects.length === 0) return;
  onLine(`deleting ${objects.length} custom resource${objects.length === 1 ? '' : 's'} of namespace ${namespace}`);
  for (const object of objects) {
    const { uid, name = '' } = object.metadata;
    const ref = { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
    await kube.delete(ref, { signal, ...(uid === undefined ? {} : { uid }) });
  }
  const timeoutMs = Math.min(options.finalizerTimeoutMs, options.timeoutMs);
  let left = await waitForAll(deps, objects, { namespace, timeoutMs, signal });
  if (left.length > 0 && force) {
    for (const object of left) {
      onLine(`${describeHeld(object)}: removing, as forced`);
      await removeFinalizers(kube, object, { signal });
    }
    left = await waitForAll(deps, left, { namespace, timeoutMs, signal });
  }
  if (left.length === 0) return onLine(`custom resources of namespace ${namespace} are gone`);
  const lines = [...left.map(describeHeld), ...(await describeControllers(kube, namespace, { signal }))];
  for (const line of lines) onLine(line);
  const [first] = left;
  throw new DeployError(
    'TIMEOUT',
    `${left.length} custom resource${left.length === 1 ? ' was' : 's were'} not gone within ${timeoutMs / 1_000} s: ${first === undefined ? '' : describeHeld(first)}`,
    {
      detail: lines.join('\n'),
      hint: 'Let the controller named in the finalizer finish, or take the finalizers away with --force.',
    },
  );
}

async function listCustomResources(
  kube: KubeClient,
  namespace: string,
  options: { readonly signal: AbortSignal | undefined },
): Promise<readonly KubeObject[]> {
  const { items } = await kube.list(DEFINITION, options);
  const kinds = items.map(kindOfDefinition).filter((kind) => kind?.namespaced === true);
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return (await kube.list(kind as KindRef, { namespace, ...options })).items;
      } catch (error) {
        // A definition that goes at this moment, or that no server serves yet, has no objects.
        if (error instanceof DeployError && error.httpStatus === 404) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

/** @returns those that are still there at the end of the time, as last seen. */
async function waitForAll(
  deps: WaitDeps,
  objects: readonly KubeObject[],
  { namespace, timeoutMs, signal }: Limits & { readonly namespace: string },
): Promise<readonly KubeObject[]> {
  const left = new Map(objects.map((object) => [object.metadata.uid ?? nameOf(object), object]));
  const kinds = new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]));
  const late = new Error('late');
  await Promise.all(
    [...kinds.values()].map((kind) =>
      within(deps.clock, { timeoutMs, signal, onTimeout: () => late }, async (limit) => {
        const mine = [...left].filter(([, one]) => one.apiVersion === kind.apiVersion && one.kind === kind.kind);
        for await (const { objects: present } of observe(deps, kind, { namespace, signal: limit })) {
          const byUid = new Map([...present.values()].map((one) => [one.metadata.uid, one]));
          for (const [uid] of mine) {
            const now = byUid.get(uid);
            if (now === undefined) left.delete(uid);
            else left.set(uid, { ...kind, ...now });
          }
          if (mine.every(([uid]) => !left.has(uid))) return;
        }
      }).catch((error: unknown) => {
        if (error !== late) throw error;
      }),
    ),
  );
  return [...left.values()];
}
