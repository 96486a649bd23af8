import type { Admission } from '../admission/admit.js';
import type { Authenticator } from '../auth.js';
import type { Clock } from '../clock.js';
import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { Operations } from '../operations.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';
import type { WriteOptions } from '../write-options.js';

/** What the writes behind HTTP need. */
export interface ObjectDeps {
  readonly operations: Operations;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
}

/** One request for an object or a collection. */
export interface ObjectRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
  /** Collects texts for `Warning` headers. */
  readonly warnings: string[];
  /** Refuses what the user may not write, whatever its verb. */
  readonly admit: WriteOptions['admit'];
  /** Where webhooks come in. */
  readonly admission?: Admission | undefined;
}

const MAX_MANAGER_BYTES = 128;

/** Who writes, and how, from the query. @throws {ApiError} 422 for a parameter out of range */
export function writeOptions(
  { query, userAgent, warnings, subresource, admit, admission }: ObjectRequest,
  kind: string,
): WriteOptions & { force?: boolean } {
  const faults: errors.FieldError[] = [];
  const manager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) faults.push(fault.tooLong('fieldManager', MAX_MANAGER_BYTES));
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) faults.push(fault.notSupported('dryRun', dryRun, ['All']));
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    faults.push(fault.notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind }, '', faults);
  return {
    manager: manager || (userAgent ?? '').split('/')[0] || 'unknown',
    dryRun: dryRun.length > 0,
    ...(fieldValidation === '' ? {} : { fieldValidation: fieldValidation as 'Strict' }),
    warnings,
    ...(admit === undefined ? {} : { admit }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(admission === undefined ? {} : { admission }),
  };
}
