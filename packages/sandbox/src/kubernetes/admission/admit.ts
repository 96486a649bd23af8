import * as errors from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { hasWebhooks, webhooksFor } from './webhook-rules.js';
import { mutate, validate } from './webhooks.js';
import type { Reviewed, WebhookDeps } from './webhooks.js';

/** What a write tells on its way: where webhooks come in. */
export interface Admission {
  /** The object after defaults and before validation, which may be changed in place. `live` is what it replaces. */
  mutate(object: KubeObject, live: KubeObject | undefined): void;
  /** The object as it will be kept. */
  validate(object: KubeObject, live: KubeObject | undefined): void;
}

/** Who asks for what. */
export interface AdmissionRequest extends Pick<
  Reviewed,
  'user' | 'resource' | 'namespace' | 'name' | 'dryRun' | 'options' | 'warnings'
> {
  readonly subresource?: string;
  /** Decodes what webhooks made of the object: unknown fields go, defaults come. */
  readonly read: (object: KubeObject) => KubeObject;
}

/** Ends a write at the point where its object is known. */
class Halted extends Error {
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
  constructor(object: KubeObject, live: KubeObject | undefined) {
    super('halted');
    this.object = structuredClone(object);
    this.live = live;
  }
}

const MAX_TRIES = 5;

/**
 * Carries out a write with the webhooks' consent. Writes are synchronous and webhooks are not: the write is begun and
 * halted where mutating webhooks come in, begun again with their changes and halted where validating ones come in, and
 * then carried through. When the object was changed by others meanwhile, all of that starts anew.
 *
 * @param perform Carries the write out; called several times, it changes nothing when one of the calls throws.
 * @throws {ApiError} of the write or of a webhook
 */
export async function admitted<T>(
  deps: WebhookDeps,
  request: AdmissionRequest,
  perform: (admission: Admission | undefined) => T,
): Promise<T> {
  if (!hasWebhooks(deps.store)) return perform(undefined);
  for (let tries = 1; ; tries += 1) {
    const before = halt(perform, { mutate: true });
    if (before === undefined) return perform(undefined); // nothing is written
    const wanted = request.read(await mutate(deps, reviewed(request, before)));
    const change = (object: KubeObject): void => replace(object, wanted, before);
    const after = halt(perform, { change });
    if (after === undefined) return perform(undefined);
    await validate(deps, reviewed(request, after));
    try {
      return perform({
        mutate(object, live) {
          if (versionOf(live) !== versionOf(before.live)) throw new Halted(object, live);
          change(object);
        },
        validate: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof Halted)) throw error;
      if (tries >= MAX_TRIES) throw errors.conflict(request.resource, request.name, errors.STALE);
    }
  }
}

/** Asks the validating webhooks about a deletion. @throws {ApiError} of a webhook */
export async function admitDeletion(
  deps: WebhookDeps,
  request: AdmissionRequest,
  oldObject: KubeObject,
): Promise<void> {
  if (!hasWebhooks(deps.store)) return;
  const attributes = { ...request, operation: 'DELETE', oldObject } as const;
  for (const kind of ['mutating', 'validating'] as const) {
    if (webhooksFor(deps.store, kind, attributes).length === 0) continue;
    if (kind === 'mutating') await mutate(deps, attributes);
    else await validate(deps, attributes);
  }
}

function reviewed(request: AdmissionRequest, { object, live }: Halted): Reviewed {
  const name = object.metadata.generateName !== undefined && live === undefined ? request.name : object.metadata.name;
  return {
    ...request,
    name: name ?? '',
    operation: live === undefined ? 'CREATE' : 'UPDATE',
    object,
    ...(live === undefined ? {} : { oldObject: live }),
  };
}

function halt<T>(
  perform: (admission: Admission) => T,
  { mutate: atOnce = false, change }: { mutate?: boolean; change?: (object: KubeObject) => void },
): Halted | undefined {
  try {
    perform({
      mutate(object, live) {
        if (atOnce) throw new Halted(object, live);
        change?.(object);
      },
      validate(object, live) {
        throw new Halted(object, live);
      },
    });
    return undefined;
  } catch (error) {
    if (error instanceof Halted) return error;
    throw error;
  }
}

/** Makes of an object what the webhooks want. Who it is was settled when it was first seen. */
function replace(object: KubeObject, wanted: KubeObject, { object: seen }: Halted): void {
  const { uid, creationTimestamp, name } = seen.metadata;
  for (const member of Object.keys(object)) delete object[member];
  Object.assign(object, structuredClone(wanted));
  Object.assign(object.metadata, JSON.parse(JSON.stringify({ uid, creationTimestamp, name })));
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.resourceVersion;
}

/** Does this resource have a subresource that webhooks are asked about? Only `status` is written as part of its object. */
export function isReviewed(resource: Resource, subresource: string | undefined): boolean {
  return !resource.ephemeral && (subresource === undefined || subresource === 'status');
}
