import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HelmError } from './errors.js';
import type { HelmErrorCode } from './errors.js';
import { failureOf } from './helm-process.js';
import type { HelmInvocation, HelmOutcome } from './helm-process.js';

/** How to talk to an OCI registry. */
export interface RegistryAccess {
  /** File with credentials, as docker keeps them; only read. @default none: anonymous */
  readonly registryConfig?: string | undefined;
  /** HTTP without TLS. @default for loopback addresses only */
  readonly plainHttp?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a registry says of a chart that was pushed or pulled. */
export interface RegistryChart {
  /** `host/path/name:tag`, where the tag is the version with `_` for `+`. */
  readonly reference: string;
  /** Of the manifest: `sha256:…`. */
  readonly digest: string;
}

/** The part of `Helm` that talks to OCI registries. */
export interface HelmRegistry {
  /**
   * `helm pull` of `oci://host/path/name`, one version.
   *
   * @throws {HelmError} `CHART_NOT_FOUND`, `DENIED`, `UNREACHABLE`, `FAILED`
   */
  pull(
    request: RegistryAccess & {
      /** `oci://host/path/name` */
      readonly chart: string;
      readonly version: string;
      /** Folder for the archive; made when missing, must hold none yet. */
      readonly destination: string;
    },
  ): Promise<RegistryChart & { readonly path: string }>;
  /**
   * `helm push` of an archive to `oci://host/path`, over whatever is there under its version: see `pushChart`.
   *
   * @throws {HelmError} `DENIED`, `UNREACHABLE`, `INVALID_CHART`, `FAILED`
   */
  push(
    request: RegistryAccess & {
      readonly archive: string;
      /** `oci://host/path`, without the chart's name. */
      readonly registry: string;
    },
  ): Promise<RegistryChart>;
}

type Call = Pick<HelmInvocation, 'task' | 'args'> & { readonly signal: AbortSignal | undefined };

/** Makes the calls out of one that runs helm. */
export function createHelmRegistry(attempt: (call: Call) => Promise<HelmOutcome>): HelmRegistry {
  async function run(task: string, args: readonly string[], signal: AbortSignal | undefined): Promise<RegistryChart> {
    const outcome = await attempt({ task, args, signal });
    if (outcome.exitCode !== 0) throw registryFailure(task, outcome);
    return parseReport(task, outcome);
  }
  return {
    async pull({ chart, version, destination, signal, ...access }) {
      await mkdir(destination, { recursive: true });
      const flags = ['--version', version, '--destination', destination, ...accessFlags(chart, access)];
      const report = await run(`pull ${chart} ${version}`, ['pull', ...flags, '--', chart], signal);
      const archives = (await readdir(destination)).filter((name) => name.endsWith('.tgz'));
      const [name] = archives;
      if (name === undefined || archives.length > 1) {
        throw new HelmError('UNREADABLE_OUTPUT', `pull ${chart} ${version}: helm left ${archives.length} archives`);
      }
      return { ...report, path: join(destination, name) };
    },
    async push({ archive, registry, signal, ...access }) {
      const args = ['push', ...accessFlags(registry, access), '--', archive, registry];
      return run(`push ${archive} to ${registry}`, args, signal);
    },
  };
}

function accessFlags(uri: string, { registryConfig, plainHttp }: RegistryAccess): readonly string[] {
  const plain = plainHttp ?? isLoopback(uri);
  return [
    ...(registryConfig === undefined ? [] : ['--registry-config', registryConfig]),
    ...(plain ? ['--plain-http'] : []),
  ];
}

function isLoopback(uri: string): boolean {
  return /^oci:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/|$)/.test(uri);
}

/** Both versions write the report to stderr, among other things. */
function parseReport(task: string, { stdout, stderr }: HelmOutcome): RegistryChart {
  const text = `${stdout}\n${stderr}`;
  const reference = /^(?:Pushed|Pulled): (\S+)$/m.exec(text)?.[1];
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(text)?.[1];
  if (reference === undefined || digest === undefined) {
    throw new HelmError('UNREADABLE_OUTPUT', `${task}: helm did not say what the registry has`, { stderr });
  }
  return { reference, digest };
}

/** A registry's words mean other things than a cluster's. */
const patterns: readonly (readonly [HelmErrorCode, RegExp, string])[] = [
  [
    'UNREACHABLE',
    /connection refused|no such host|no route to host|i\/o timeout|TLS handshake timeout|x509: |server gave HTTP response to HTTPS client|response status code 5\d\d/,
    'Check the address of the registry, and that it is up.',
  ],
  [
    'DENIED',
    /response status code 40[13]|unauthorized|\bdenied\b|basic credential not found|no basic auth credentials/i,
    'Log in to the registry and name the file with the credentials (--registry-config).',
  ],
  [
    'CHART_NOT_FOUND',
    /: not found$|response status code 404|(?:manifest|name) unknown/im,
    'Check name and version of the chart.',
  ],
];

function registryFailure(task: string, outcome: HelmOutcome): HelmError {
  const failure = failureOf(task, outcome);
  const [code, , hint] = patterns.find(([, pattern]) => pattern.test(outcome.stderr)) ?? [failure.code];
  const { message, childExitCode, stderr, detail } = failure;
  return new HelmError(code, message, { hint: hint ?? failure.hint, childExitCode, stderr, detail });
}
