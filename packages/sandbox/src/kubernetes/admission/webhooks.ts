import type { StatusDetails } from '../api-error.js';
import { ApiError } from '../api-error.js';
import type { User } from '../authorization/user.js';
import { isEqual } from '../equal.js';
import * as errors from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { applyJsonPatch } from '../patch/json.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import type { ObjectStore } from '../store.js';
import { callWebhook, SimulatedWebhook, WebhookFailure } from './webhook-client.js';
import { webhooksFor } from './webhook-rules.js';
import type { Attributes, Webhook } from './webhook-rules.js';

/** A request that webhooks are asked about. */
export interface Reviewed extends Attributes {
  readonly user: User;
  /** `''` while a name is yet to be generated. */
  readonly name: string;
  readonly dryRun: boolean;
  /** Kind of the request's options: `CreateOptions`, … */
  readonly options: Readonly<Record<string, unknown>>;
  /** Collects texts for `Warning` headers. */
  readonly warnings: string[];
}

/** What asking needs. */
export interface WebhookDeps {
  readonly store: ObjectStore;
  /** A new version-4 UUID. */
  readonly newId: () => string;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/**
 * Asks the mutating webhooks one after the other, each about what the ones before left; those with `reinvocationPolicy:
 * IfNeeded` once more when another has changed the object after them.
 *
 * @returns the object as they want it
 * @throws {ApiError} what a webhook refused with, or 500 when one with `failurePolicy: Fail` could not be asked
 */
export async function mutate(deps: WebhookDeps, reviewed: Reviewed): Promise<KubeObject> {
  const webhooks = webhooksFor(deps.store, 'mutating', reviewed);
  let object = reviewed.object as KubeObject;
  const left = new Map<Webhook, KubeObject>();
  const ask = async (webhook: Webhook): Promise<void> => {
    const response = await askOne(deps, webhook, { ...reviewed, object });
    if (typeof response?.['patch'] === 'string' && response['patch'] !== '')
      object = patched(object, webhook, response['patch']);
    left.set(webhook, object);
  };
  for (const webhook of webhooks) await ask(webhook);
  for (const webhook of webhooks) {
    if (webhook['reinvocationPolicy'] === 'IfNeeded' && !isEqual(left.get(webhook), object)) await ask(webhook);
  }
  return object;
}

/** Asks the validating webhooks, all at once. @throws {ApiError} as {@link mutate} */
export async function validate(deps: WebhookDeps, reviewed: Reviewed): Promise<void> {
  const webhooks = webhooksFor(deps.store, 'validating', reviewed);
  const settled = await Promise.allSettled(webhooks.map((webhook) => askOne(deps, webhook, reviewed)));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

async function askOne(deps: WebhookDeps, webhook: Webhook, reviewed: Reviewed): Promise<Fields | undefined> {
  const name: string = webhook['name'];
  try {
    const response = await callWebhook(webhook, reviewOf(reviewed, deps.newId()), deps);
    reviewed.warnings.push(...((response['warnings'] ?? []) as string[]));
    if (response['allowed'] !== true) throw denied(name, response['status'] ?? {});
    return response;
  } catch (error) {
    if (error instanceof SimulatedWebhook) {
      reviewed.warnings.push(`webhook ${JSON.stringify(name)} was not asked: ${error.message}`);
      return undefined;
    }
    if (!(error instanceof WebhookFailure)) throw error;
    if (webhook['failurePolicy'] === 'Ignore') return undefined;
    throw errors.internal(error.message);
  }
}

/** @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request */
function reviewOf(reviewed: Reviewed, uid: string): Fields {
  const { resource, subresource, operation, user, object, oldObject, namespace, name, dryRun, options } = reviewed;
  const { group, version, kind } = resource;
  const gvk = { group, version, kind };
  const gvr = { group, version, resource: resource.resource };
  const sub = (member: string): Fields => (subresource === undefined ? {} : { [member]: subresource });
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: gvk,
      resource: gvr,
      ...sub('subResource'),
      requestKind: gvk,
      requestResource: gvr,
      ...sub('requestSubResource'),
      ...(name === '' ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      operation,
      userInfo: user,
      object: object === undefined ? null : typed(resource, object),
      oldObject: oldObject === undefined ? null : typed(resource, oldObject),
      dryRun,
      options: { apiVersion: 'meta.k8s.io/v1', ...options },
    },
  };
}

function typed(resource: Resource, object: KubeObject): KubeObject {
  return { ...object, kind: resource.kind, apiVersion: apiVersionOf(resource) };
}

function patched(object: KubeObject, webhook: Webhook, patch: string): KubeObject {
  try {
    return applyJsonPatch(object, JSON.parse(Buffer.from(patch, 'base64').toString('utf8'))) as KubeObject;
  } catch (error) {
    // A patch that does not fit is the webhook's fault, whatever its failurePolicy.
    const why = error instanceof Error ? error.message : String(error);
    throw errors.internal(`failed to apply the patch of webhook ${JSON.stringify(webhook['name'])}: ${why}`);
  }
}

function denied(name: string, { code = 0, reason = '', message = '', details }: Fields): ApiError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why: string = message || reason;
  return new ApiError({
    code: Math.max(400, Number(code)),
    reason: String(reason),
    message: why === '' ? `${by} without explanation` : `${by}: ${why}`,
    ...(details === undefined ? {} : { details: details as StatusDetails }),
  });
}
