import type { HelmErrorCode } from './errors.js';

/** How a failure is told apart, most telling first: helm's own words, then those of Kubernetes' client inside it. */
const patterns: readonly (readonly [HelmErrorCode, RegExp])[] = [
  ['PENDING_OPERATION', /another operation \(install\/upgrade\/rollback\) is in progress/],
  ['RELEASE_EXISTS', /cannot re-?use a name that is still in use/],
  ['RELEASE_NOT_FOUND', /release: not found|release "[^"]*" not found|"[^"]*" has no deployed releases/],
  [
    'UNREACHABLE',
    /[Kk]ubernetes cluster unreachable|connection refused|no such host|no route to host|i\/o timeout|TLS handshake timeout|x509: |server has asked for the client to provide credentials|Unauthorized\b/,
  ],
  ['DENIED', /\bis forbidden: /],
  [
    'HOOK_FAILED',
    /(?:pre|post)-(?:install|upgrade|rollback|delete) hooks? failed|failed (?:pre|post)-(?:install|upgrade|delete)/,
  ],
  [
    'TIMEOUT',
    /timed out waiting for the condition|context deadline exceeded|resource not ready, name: |would exceed context deadline|\bstatus: InProgress\b/,
  ],
  [
    'NOT_RENDERED',
    /(?:execution|parse) error (?:at|in) \(|templates\/\S+:\d+:\d+$|template: |parse error at |YAML parse error on |values don't meet the specifications of the schema|unable to build kubernetes objects|error validating data|failed to parse |error converting YAML to JSON|error unmarshaling JSON/m,
  ],
  [
    'INVALID_CHART',
    /Chart\.yaml file is missing|chart metadata is missing|validation: chart\.metadata|no chart found|path "[^"]*" not found|chart "[^"]*" (?:matching|not found)|missing in charts\/ directory|is not a chart|cannot load Chart\.yaml|file does not appear to be a gzipped archive|Chart\.yaml: /i,
  ],
];

const hints: Partial<Record<HelmErrorCode, string>> = {
  PENDING_OPERATION: 'Wait for the other operation, or recover the release if the process that started it is gone.',
  RELEASE_EXISTS: 'Choose another release name, upgrade it, or uninstall the release first.',
  RELEASE_NOT_FOUND: 'Check release name and namespace.',
  UNREACHABLE: 'Check that the kubeconfig points at a running cluster.',
  DENIED: 'Give the user of the kubeconfig the right that is named.',
  HOOK_FAILED: "Look at the hook's pod logs.",
  TIMEOUT: 'Look at events and logs of the pods that are not ready, or allow more time.',
  NOT_RENDERED: 'Render it by hand with `helm template` and mend the named template.',
  INVALID_CHART: 'Mend the named file of the chart; `helm lint` shows more.',
};

/** Of a template that is rendered well, and of a kind that the cluster does not know. */
const UNKNOWN_KIND = /no matches for kind /;
const UNKNOWN_KIND_HINT = "Correct its kind or apiVersion, or put its definition into the chart's crds/.";

const maxSummaryLength = 500;

/** A failure of helm, understood. */
export interface Failure {
  readonly code: HelmErrorCode;
  readonly hint: string | undefined;
  /** helm's error on one line, without `Error: `. At most 500 characters. */
  readonly summary: string;
}

/** Tells from what helm 3 and 4 write to stderr what kind of failure it was. `FAILED` when it is none of the known ones. */
export function classifyFailure(stderr: string): Failure {
  const start = stderr.lastIndexOf('\nError: ') + 1 || stderr.indexOf('Error: ');
  const error = (start >= 0 && stderr.startsWith('Error: ', start) ? stderr.slice(start + 7) : stderr).trim();
  // Warnings above the error mention other things ("WARNING: Kubernetes configuration file is group-readable").
  const code = patterns.find(([, pattern]) => pattern.test(error))?.[0] ?? 'FAILED';
  // helm breaks its messages over lines; what follows an empty one is advice.
  const [first = ''] = error.split(/\n\s*\n/, 1);
  const summary = first.replace(/\s+/g, ' ').trim().slice(0, maxSummaryLength);
  const hint = UNKNOWN_KIND.test(error) ? UNKNOWN_KIND_HINT : hints[code];
  return { code, hint, summary: summary === '' ? 'no error message' : summary };
}
