import type { Admission } from './admission/admit.js';
import type { DeleteSelection, KubeObject, ObjectMeta } from './kube-api.js';
import type { Resource } from './resources.js';

/** Who writes what and how. */
export interface WriteOptions {
  /** Name of the field manager. */
  readonly manager: string;
  /** Only fields below are written; `status` and `scale` are known. */
  readonly subresource?: string;
  /** Answer as if, store nothing. @default false */
  readonly dryRun?: boolean;
  /** What unknown fields lead to. @default 'Warn' */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Collects texts for `Warning` headers. */
  readonly warnings?: string[];
  /** A write by the server's own controllers: may change what clients may not (a namespace's finalizers). */
  readonly internal?: boolean;
  /** Where webhooks come in. @default they do not */
  readonly admission?: Admission | undefined;
  /** managedFields of the result where the caller has computed them (server-side apply). */
  readonly managed?: ObjectMeta['managedFields'];
  /** Told what is about to be stored; throws to refuse it. */
  readonly admit?: (resource: Resource, object: KubeObject, live: KubeObject | undefined) => void;
}

/** How to delete. */
export interface DeleteOptions extends DeleteSelection {
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

/** Result of a write. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}
