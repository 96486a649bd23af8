import type { ProwJobSpec } from './prow-job.js';

type Words = Readonly<Record<string, string>>;

// Kubernetes' limit of a label's value.
const LONGEST_VALUE_BYTES = 63;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Labels and annotations of a ProwJob: what its spec says, overridden by its own. What cannot be a label's value is
 * replaced by its last part between slashes, or left out.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pod-utils/decorate/podspec.go
 */
export function labelsAndAnnotationsOf(
  spec: ProwJobSpec,
  own: { readonly labels?: Words | undefined; readonly annotations?: Words | undefined } = {},
): { readonly labels: Words; readonly annotations: Words } {
  const { context = '', job, type, refs, extra_refs } = spec;
  const main = refs ?? extra_refs?.[0];
  const [pull] = refs?.pulls ?? [];
  const labels: Record<string, string> = {
    'created-by-prow': 'true',
    'prow.k8s.io/type': type,
    'prow.k8s.io/job': truncate(job),
    'prow.k8s.io/context': truncate(context),
    ...(main && {
      'prow.k8s.io/refs.org': main.org,
      'prow.k8s.io/refs.repo': main.repo,
      'prow.k8s.io/refs.base_ref': main.base_ref ?? '',
    }),
    ...(pull && { 'prow.k8s.io/refs.pull': String(pull.number) }),
    ...own.labels,
  };
  return {
    labels: Object.fromEntries(Object.entries(labels).flatMap(([key, value]) => validLabel(key, value))),
    annotations: { 'prow.k8s.io/job': job, 'prow.k8s.io/context': context, ...own.annotations },
  };
}

function truncate(value: string): string {
  const bytes = Buffer.from(value);
  if (bytes.length <= LONGEST_VALUE_BYTES) return value;
  return bytes
    .subarray(0, LONGEST_VALUE_BYTES)
    .toString()
    .replace(/[._-]+$/, '');
}

function validLabel(key: string, value: string): [string, string][] {
  const valid = [value, value.slice(value.lastIndexOf('/') + 1)].find((one) => LABEL_VALUE.test(one));
  return valid === undefined ? [] : [[key, valid]];
}
