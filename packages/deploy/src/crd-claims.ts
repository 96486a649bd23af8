import { createHash } from 'node:crypto';
import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KubeObject, ObjectRef } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';
import type { Limits } from './limits.js';
import { OWNED_LABEL } from './namespace.js';
import type { WaitDeps } from './wait.js';
import { waitUntilGone } from './wait.js';

/** A release, which needs definitions. */
export interface Claimant {
  readonly namespace: string;
  readonly release: string;
}

/** What became of the definitions of a release. */
export interface ReleasedDefinitions {
  readonly removed: readonly string[];
  /** Those that stay, and why. */
  readonly kept: readonly { readonly name: string; readonly why: string }[];
}

export const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

// An annotation each, so that two trials that claim at once do not write over each other.
const CLAIM = 'claim.seatrial.dev/';
const TRIES = 10;

/**
 * Installs the definitions that are missing, marked as made by a trial, and claims those that a trial made: helm itself
 * installs what a chart has in `crds/` but never takes it away, and tells nobody who needs it. What was there before any
 * trial is left as it is.
 *
 * A claim lasts until {@link releaseDefinitions}, or until the claimant's namespace is gone.
 *
 * @returns the names of the definitions that are claimed now.
 * @throws {DeployError} `TIMEOUT` when one is being deleted and does not go.
 */
export async function claimDefinitions(
  deps: WaitDeps,
  definitions: readonly KubeObject[],
  options: Claimant & Limits,
): Promise<readonly string[]> {
  const claims = await Promise.all(definitions.map((one) => claim(deps, one, options)));
  return claims.filter((name) => name !== undefined);
}

async function claim(
  { kube, clock }: WaitDeps,
  definition: KubeObject,
  { namespace, release, timeoutMs, signal }: Claimant & Limits,
): Promise<string | undefined> {
  const { name = '' } = definition.metadata;
  const ref = { ...DEFINITION, name };
  const annotations = { [claimKey({ namespace, release })]: `${namespace}/${release}` };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await kube.get(ref, { signal });
    if (found === undefined) {
      const labels = { ...definition.metadata.labels, [OWNED_LABEL]: 'true' };
      const metadata = {
        ...definition.metadata,
        labels,
        annotations: { ...definition.metadata.annotations, ...annotations },
      };
      try {
        await kube.create({ ...definition, metadata }, { signal, fieldManager: 'seatrial' });
        return name;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    } else if (found.metadata.deletionTimestamp !== undefined) {
      await waitUntilGone({ kube, clock }, { ...ref, uid: found.metadata.uid }, { timeoutMs, signal });
    } else if (found.metadata.labels?.[OWNED_LABEL] !== 'true') {
      return undefined;
    } else {
      const { resourceVersion } = found.metadata;
      const claimed = await kube
        .patch(ref, { metadata: { annotations, resourceVersion } }, { signal })
        .catch(unlessChanged);
      if (claimed !== undefined && claimed.metadata.deletionTimestamp === undefined) return name;
    }
  }
  throw new DeployError('UNAVAILABLE', `cannot claim the definition ${name}: it changes all the time`, {
    hint: 'Find out who writes to it: kubectl get crd --show-managed-fields.',
  });
}

/** The definitions that a release has claimed. */
export async function claimedDefinitions(
  kube: KubeClient,
  claimant: Claimant,
  options: CallOptions = {},
): Promise<readonly KubeObject[]> {
  const { items } = await kube.list(DEFINITION, options);
  return items.filter(({ metadata }) => metadata.annotations?.[claimKey(claimant)] !== undefined);
}

/**
 * Removes each definition that a trial made, nobody else claims, and nothing is left of; where another claims it, gives the
 * own claim up. A claim made meanwhile is seen: only the version that was looked at is deleted.
 *
 * @throws {DeployError} what the API refuses; `TIMEOUT` when a definition does not go.
 */
export async function releaseDefinitions(deps: WaitDeps, options: Claimant & Limits): Promise<ReleasedDefinitions> {
  const removed: string[] = [];
  const kept: { readonly name: string; readonly why: string }[] = [];
  for (const { metadata } of await claimedDefinitions(deps.kube, options, options)) {
    const { name = '' } = metadata;
    const why = await releaseOne(deps, name, options);
    if (why === undefined) removed.push(name);
    else kept.push({ name, why });
  }
  return { removed, kept };
}

/** @returns why it stays; `undefined` when it is gone. */
async function releaseOne(deps: WaitDeps, name: string, options: Claimant & Limits): Promise<string | undefined> {
  const { kube } = deps;
  const { signal } = options;
  const ref: ObjectRef = { ...DEFINITION, name };
  const key = claimKey(options);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await kube.get(ref, { signal });
    if (found === undefined) return undefined;
    const { uid, resourceVersion } = found.metadata;
    const isOurs = found.metadata.labels?.[OWNED_LABEL] === 'true';
    const others = await livingClaims(kube, found, { except: key, signal });
    if (!isOurs || others.length > 0) {
      // Of this version only: of two that give up at once the second has to see that it is the last.
      const fields = { metadata: { annotations: { [key]: null }, resourceVersion } };
      const done = await kube.patch(ref, fields, { signal }).catch(unlessChanged);
      if (done === undefined) continue;
      return isOurs ? `${others.join(', ')} ${others.length === 1 ? 'uses' : 'use'} it` : 'it was there before';
    }
    const left = await objectsOf(kube, found, signal);
    // Our claim stays: whoever calls again when they are gone can remove it.
    if (left.length > 0) return `there are still ${left.length} objects of it: ${left.slice(0, 5).join(', ')}`;
    const gone = await kube
      .delete(ref, { signal, resourceVersion, ...(uid === undefined ? {} : { uid }) })
      .catch(unlessChanged);
    if (gone === undefined) continue;
    await waitUntilGone(deps, { ...ref, uid }, { timeoutMs: options.timeoutMs, signal });
    return undefined;
  }
  return 'it changes all the time';
}

/** Who else needs a definition. Trials that were killed leave claims behind; their namespaces went another way. */
async function livingClaims(
  kube: KubeClient,
  { metadata }: KubeObject,
  { except, signal }: CallOptions & { readonly except: string },
): Promise<readonly string[]> {
  const claims = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(CLAIM) && key !== except);
  const living = await Promise.all(
    claims.map(async ([, value]) => {
      const [namespace = ''] = value.split('/');
      const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { signal });
      return found === undefined ? [] : [value];
    }),
  );
  return living.flat().sort();
}

/** What there is of a definition's kind, as `namespace/name`. */
async function objectsOf(
  kube: KubeClient,
  definition: KubeObject,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const kind = kindOfDefinition(definition);
  if (kind === undefined) return [];
  const { items } = await kube.list(kind, { signal });
  return items.map(({ metadata: { namespace, name = '' } }) =>
    namespace === undefined ? name : `${namespace}/${name}`,
  );
}

/** The kind a definition defines, in its first served version; `undefined` when it serves none. */
export function kindOfDefinition(
  definition: KubeObject,
): { readonly apiVersion: string; readonly kind: string; readonly namespaced: boolean } | undefined {
  const version = listAt(definition, 'spec', 'versions').find((one) => at(one, 'served') === true);
  if (version === undefined) return undefined;
  return {
    apiVersion: `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')}`,
    kind: textAt(definition, 'spec', 'names', 'kind'),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
  };
}

/** The name part of an annotation's key is at most 63 characters long, namespace and release are longer together. */
function claimKey({ namespace, release }: Claimant): string {
  return `${CLAIM}${createHash('sha256').update(`${namespace}/${release}`).digest('hex').slice(0, 16)}`;
}

function isConflict(error: unknown): boolean {
  return error instanceof DeployError && error.httpStatus === 409;
}

function unlessChanged(error: unknown): undefined {
  if (!isConflict(error)) throw error;
}
