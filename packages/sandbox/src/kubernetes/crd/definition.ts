import type { Fields } from '../kube-api.js';

/** One served version of a custom resource, as its definition describes it. */
export interface CustomVersion {
  /** Objects are kept in this version. */
  readonly storage: boolean;
  /** Structural schema of the whole object; `undefined` preserves everything. */
  readonly schema: Fields | undefined;
  /** `additionalPrinterColumns`; `undefined` shows the age alone. */
  readonly columns: readonly Fields[] | undefined;
  /** Name of the definition: `tfjobs.kubeflow.org`. */
  readonly definition: string;
}
