import { admitDeletion, admitted, isReviewed } from '../admission/admit.js';
import type { AdmissionRequest } from '../admission/admit.js';
import type { WebhookDeps } from '../admission/webhooks.js';
import type { User } from '../authorization/user.js';
import { fromStored } from '../convert.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';

/** What writes that webhooks may be asked about need. */
export interface ReviewDeps extends ObjectDeps {
  /** A new version-4 UUID. */
  readonly newAuditId: () => string;
  readonly signal: AbortSignal;
}

/** A write, and whose it is. */
export interface UserWrite {
  readonly wanted: ObjectRequest;
  readonly user: User;
}

/** Carries out a write, with the consent of webhooks where it is theirs to give. */
export async function reviewedWrite<T>(
  deps: ReviewDeps,
  { wanted, user }: UserWrite,
  optionsKind: string,
  perform: (request: ObjectRequest) => T,
): Promise<T> {
  if (!isReviewed(wanted.resource, wanted.subresource)) return perform(wanted);
  return admitted(webhookDeps(deps), admissionRequest(deps, { wanted, user }, optionsKind), (admission) =>
    perform({ ...wanted, admission }),
  );
}

/** Asks webhooks about a deletion that is about to be carried out. @throws {ApiError} when one refuses */
export async function reviewDeletion(deps: ReviewDeps, { wanted, user }: UserWrite, name: string): Promise<void> {
  const { resource, namespace } = wanted;
  const live = deps.store.get(resource.bucket, namespace, name);
  if (live === undefined) return; // the deletion itself tells
  const request = admissionRequest(deps, { wanted: { ...wanted, name }, user }, 'DeleteOptions');
  await admitDeletion(webhookDeps(deps), request, fromStored(resource, live));
}

function webhookDeps({ store, newAuditId, signal }: ReviewDeps): WebhookDeps {
  return { store, newId: newAuditId, signal };
}

function admissionRequest(
  { operations }: ReviewDeps,
  { wanted, user }: UserWrite,
  optionsKind: string,
): AdmissionRequest {
  const { resource, namespace, name, query, subresource, warnings } = wanted;
  const fieldManager = query.get('fieldManager');
  const dryRun = query.getAll('dryRun');
  return {
    user,
    resource,
    namespace,
    name,
    warnings,
    read: (object) => operations.read(resource, object, { fieldValidation: 'Ignore' }),
    dryRun: dryRun.length > 0,
    options: {
      kind: optionsKind,
      ...(fieldManager === null ? {} : { fieldManager }),
      ...(dryRun.length === 0 ? {} : { dryRun }),
    },
    ...(subresource === undefined ? {} : { subresource }),
  };
}
