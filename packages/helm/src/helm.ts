import { mkdir } from 'node:fs/promises';
import type { HelmBinary } from './binary.js';
import type { Clock } from './clock.js';
import { helmEnvironment } from './environment.js';
import type { Env } from './environment.js';
import { HelmError } from './errors.js';
import { failureOf, runHelmProcess } from './helm-process.js';
import type { HelmInvocation, HelmOutcome } from './helm-process.js';
import { createHelmRegistry } from './helm-registry.js';
import type { HelmRegistry } from './helm-registry.js';
import { labelSelector, rollbackOnFailureFlags, timeoutFlags, valueFlags, waitFlags } from './helm-flags.js';
import type { ChartValues } from './helm-flags.js';
import { hookTestsOf } from './hook-test.js';
import type { HookTest } from './hook-test.js';
import { parseLint } from './lint.js';
import type { LintReport } from './lint.js';
import { parseHistory, parseJson, parseRelease, parseReleaseList } from './release.js';
import type { ReleaseInfo, ReleaseRevision, ReleaseSummary } from './release.js';

/** Aborts one call. The run's own signal, given to `createHelm`, holds as well. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** Which release. */
export interface ReleaseRef extends Abortable {
  readonly release: string;
  readonly namespace: string;
}

/** What to install or upgrade to. */
export interface ReleaseRequest extends ReleaseRef, ChartValues {
  /** Folder or archive of a chart, or a reference (`oci://…`). */
  readonly chart: string;
  /** Make the namespace when it is missing. @default false */
  readonly createNamespace?: boolean | undefined;
  /** Wait until all objects are ready. @default false */
  readonly wait?: boolean | undefined;
  /** With `wait`: for Jobs too. @default false */
  readonly waitForJobs?: boolean | undefined;
  /** Take back what was done when it fails; implies `wait`. @default false */
  readonly rollbackOnFailure?: boolean | undefined;
  /**
   * Labels of the release itself, by which {@link Helm.recover} tells whose it is. An upgrade keeps those of before.
   * @default none
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Budget of the call in milliseconds. */
  readonly timeoutMs: number;
}

/** {@link ReleaseRequest} of a release that may be there. */
export interface InstallRequest extends ReleaseRequest {
  /** Upgrade a release of this name instead of failing with `RELEASE_EXISTS` (`helm upgrade --install`). @default false */
  readonly upgradeIfExists?: boolean | undefined;
}

/** A budget. */
export interface TimedRelease extends ReleaseRef {
  /** Budget of the call in milliseconds. */
  readonly timeoutMs: number;
}

/** What {@link Helm.recover} had to do. */
export type Recovery = 'nothing' | 'uninstalled' | 'rolled-back';

/** helm, with a home of its own. Every method rejects with a {@link HelmError}, or with the signal's reason on abort. */
export interface Helm extends HelmRegistry {
  readonly binary: HelmBinary;
  /** `helm lint`. Problems are the answer, not an error. */
  lint(chartDir: string, options?: ChartValues & Abortable & { readonly strict?: boolean }): Promise<LintReport>;
  /** The rendered objects, YAML documents. @throws {HelmError} `NOT_RENDERED` */
  template(
    chart: string,
    options?: ChartValues &
      Abortable & {
        /** @default `release-name` */
        readonly release?: string;
        /** @default `default` */
        readonly namespace?: string;
        /** Render `crds/` too. @default false */
        readonly includeCrds?: boolean;
        /** Kubernetes version that templates see. @default the newest this helm knows */
        readonly kubeVersion?: string;
      },
  ): Promise<string>;
  /** @throws {HelmError} `RELEASE_EXISTS`, `PENDING_OPERATION`, `NOT_RENDERED`, `HOOK_FAILED`, `TIMEOUT`, … */
  install(request: InstallRequest): Promise<ReleaseInfo>;
  /** @throws {HelmError} `RELEASE_NOT_FOUND` when there is nothing to upgrade. */
  upgrade(request: ReleaseRequest): Promise<ReleaseInfo>;
  /** Goes back to `revision`, or to the one before. */
  rollback(request: TimedRelease & { readonly revision?: number; readonly wait?: boolean }): Promise<void>;
  /**
   * `helm test`: runs the test hooks and returns how each ended in this run, with its log where there is one. Failed tests
   * are the answer, not an error; a hook that did not run because an earlier one failed is `Unknown`.
   *
   * @throws {HelmError} `NO_TESTS` when the chart has none, `RELEASE_NOT_FOUND`, …
   */
  test(request: TimedRelease & { readonly only?: readonly string[] }): Promise<readonly HookTest[]>;
  /** Removes the release. `false` when there was none. */
  uninstall(request: TimedRelease & { readonly wait?: boolean; readonly keepHistory?: boolean }): Promise<boolean>;
  /** Releases in every state. @default all namespaces */
  list(
    options?: Abortable & {
      readonly namespace?: string;
      /** Only releases with all of these labels. @default all */
      readonly labels?: Readonly<Record<string, string>>;
    },
  ): Promise<readonly ReleaseSummary[]>;
  /** The newest revision, or the one asked for. `undefined` when there is no such release. */
  status(ref: ReleaseRef & { readonly revision?: number }): Promise<ReleaseInfo | undefined>;
  /** Revisions, oldest first; empty when there is no such release. */
  history(ref: ReleaseRef): Promise<readonly ReleaseRevision[]>;
  /** The values the release was given; all of them, the chart's included, with `all`. */
  values(ref: ReleaseRef & { readonly all?: boolean }): Promise<unknown>;
  /**
   * Frees a release whose operation was killed half way: where a revision was deployed before, it is rolled back to that,
   * else uninstalled; an uninstall that was broken off is finished. Nothing tells a killed operation from one that runs
   * elsewhere, so this is for releases of one's own only.
   *
   * @throws {HelmError} `PENDING_OPERATION` when the release is stuck and lacks one of `labels`: it is left as it is
   */
  recover(
    request: TimedRelease & {
      /** What the release must be labelled with. @default nothing: the caller knows that it is its own */
      readonly labels?: Readonly<Record<string, string>>;
    },
  ): Promise<Recovery>;
}

/** What {@link createHelm} needs. */
export interface HelmOptions {
  readonly binary: HelmBinary;
  /** Folder for helm's cache, config and data. Made when missing. */
  readonly home: string;
  /** Without it, only what needs no cluster works. */
  readonly kubeconfig?: string | undefined;
  /** Environment to start from; see {@link helmEnvironment}. */
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** Gets output meant for people, line by line. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Time between asking helm to stop and killing it, in milliseconds. @default 5_000 */
  readonly graceMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** helm's own timeout comes first, so that its message, which names what is not ready, is the one that is seen. */
const marginMs = 5_000;

/** Makes a {@link Helm}. Nothing runs yet. */
export function createHelm(options: HelmOptions): Helm {
  const { binary, home, kubeconfig } = options;
  const env = helmEnvironment({ home, kubeconfig, env: options.env });

  type Call = Pick<HelmInvocation, 'task' | 'args' | 'timeoutMs' | 'streamStdout'> & Abortable;
  async function attempt(call: Call): Promise<HelmOutcome> {
    await mkdir(home, { recursive: true });
    return runHelmProcess({
      path: binary.path,
      args: call.args,
      env,
      task: call.task,
      timeoutMs: call.timeoutMs === undefined ? undefined : call.timeoutMs + marginMs,
      streamStdout: call.streamStdout,
      signals: [options.signal, call.signal],
      onLine: options.onLine,
      graceMs: options.graceMs,
      clock: options.clock,
    });
  }
  async function run(call: Call): Promise<string> {
    const outcome = await attempt(call);
    if (outcome.exitCode !== 0) throw failureOf(call.task, outcome);
    return outcome.stdout;
  }
  function onCluster<T extends Call>(call: T): T {
    if (kubeconfig !== undefined) return call;
    throw new HelmError('UNREACHABLE', `${call.task}: no kubeconfig given`, {
      hint: 'Give the kubeconfig of the cluster to work on.',
    });
  }
  /** `undefined` in place of a release that is not there. */
  async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch((error: unknown) => {
      if (error instanceof HelmError && error.code === 'RELEASE_NOT_FOUND') return undefined;
      throw error;
    });
  }

  async function isLabelled({ release, namespace, signal }: ReleaseRef, labels: Readonly<Record<string, string>>) {
    const found = await helm.list({ namespace, labels, ...(signal === undefined ? {} : { signal }) });
    return found.some(({ name }) => name === release);
  }

  const helm: Helm = {
    binary,
    ...createHelmRegistry(attempt),

    async lint(chartDir, lintOptions = {}) {
      const outcome = await attempt({
        task: `lint ${chartDir}`,
        args: ['lint', ...valueFlags(lintOptions), ...(lintOptions.strict ? ['--strict'] : []), '--', chartDir],
        streamStdout: true,
        signal: lintOptions.signal,
      });
      return parseLint({ task: `lint ${chartDir}`, ...outcome });
    },

    async template(chart, o = {}) {
      return run({
        task: `render ${chart}`,
        args: [
          'template',
          ...['--namespace', o.namespace ?? 'default'],
          ...(o.includeCrds ? ['--include-crds'] : []),
          ...(o.kubeVersion === undefined ? [] : ['--kube-version', o.kubeVersion]),
          ...valueFlags(o),
          ...['--', o.release ?? 'release-name', chart],
        ],
        signal: o.signal,
      });
    },

    async install(request) {
      const verb = request.upgradeIfExists ? ['upgrade', '--install'] : ['install'];
      return parseRelease(
        await run(onCluster(releaseCall(binary, verb, `install release "${request.release}"`, request))),
      );
    },

    async upgrade(request) {
      return parseRelease(
        await run(onCluster(releaseCall(binary, ['upgrade'], `upgrade release "${request.release}"`, request))),
      );
    },

    async rollback(request) {
      const { release, namespace, revision, timeoutMs, wait, signal } = request;
      await run(
        onCluster({
          task: `roll back release "${release}"`,
          args: [
            'rollback',
            ...['--namespace', namespace],
            ...timeoutFlags(timeoutMs),
            ...waitFlags(binary, wait),
            ...['--', release, ...(revision === undefined ? [] : [String(revision)])],
          ],
          timeoutMs,
          streamStdout: true,
          signal,
        }),
      );
    },

    async test(request) {
      const { release, namespace, timeoutMs, only = [], signal } = request;
      const task = `test release "${release}"`;
      const call = onCluster({
        task,
        args: [
          'test',
          ...['--namespace', namespace],
          '--logs',
          ...only.flatMap((name) => ['--filter', `name=${name}`]),
          ...timeoutFlags(timeoutMs),
          ...['--', release],
        ],
        timeoutMs,
        streamStdout: true,
        signal,
      });
      // The state before tells this run's results from an earlier one's.
      const before = await helm.status(request);
      if (before === undefined) {
        throw new HelmError('RELEASE_NOT_FOUND', `${task}: release: not found`, {
          hint: 'Check release name and namespace.',
        });
      }
      const outcome = await attempt(call);
      const after = await helm.status(request);
      return hookTestsOf({ task, before, after, only, outcome });
    },

    async uninstall(request) {
      const { release, namespace, timeoutMs, wait, keepHistory, signal } = request;
      const ended = await unlessMissing(
        run(
          onCluster({
            task: `uninstall release "${release}"`,
            args: [
              'uninstall',
              ...['--namespace', namespace],
              ...timeoutFlags(timeoutMs),
              ...waitFlags(binary, wait),
              ...(keepHistory ? ['--keep-history'] : []),
              ...['--', release],
            ],
            timeoutMs,
            streamStdout: true,
            signal,
          }),
        ),
      );
      return ended !== undefined;
    },

    async list(o = {}) {
      // Plain `list` leaves out what is pending or failed, which is what one looks for. helm 4 has no --all any more: it is the default.
      const all = binary.major === 4 ? [] : ['--all'];
      const selector = labelSelector(o.labels ?? {});
      return parseReleaseList(
        await run(
          onCluster({
            task: 'list releases',
            args: [
              'list',
              ...(o.namespace === undefined ? ['--all-namespaces'] : ['--namespace', o.namespace]),
              ...all,
              ...(selector === undefined ? [] : ['--selector', selector]),
              ...['--max', '0', '--output', 'json'],
            ],
            signal: o.signal,
          }),
        ),
      );
    },

    async status({ release, namespace, revision, signal }) {
      const json = await unlessMissing(
        run(
          onCluster({
            task: `read release "${release}"`,
            args: [
              'status',
              ...['--namespace', namespace, '--output', 'json'],
              ...(revision === undefined ? [] : ['--revision', String(revision)]),
              ...['--', release],
            ],
            signal,
          }),
        ),
      );
      return json === undefined ? undefined : parseRelease(json);
    },

    async history({ release, namespace, signal }) {
      const json = await unlessMissing(
        run(
          onCluster({
            task: `read the history of release "${release}"`,
            args: ['history', '--namespace', namespace, '--output', 'json', '--', release],
            signal,
          }),
        ),
      );
      return json === undefined ? [] : parseHistory(json);
    },

    async values({ release, namespace, all, signal }) {
      const json = await run(
        onCluster({
          task: `read the values of release "${release}"`,
          args: [
            ...['get', 'values', '--namespace', namespace, '--output', 'json'],
            ...(all ? ['--all'] : []),
            ...['--', release],
          ],
          signal,
        }),
      );
      return parseJson(json, 'values');
    },

    async recover(request) {
      const { labels, ...ref } = request;
      const selector = labelSelector(labels ?? {});
      const revisions = await helm.history(ref);
      const newest = revisions.at(-1);
      const isStuck = newest?.status.startsWith('pending-') || newest?.status === 'uninstalling';
      if (newest === undefined || !isStuck) return 'nothing';
      if (labels !== undefined && !(await isLabelled(ref, labels))) {
        throw new HelmError(
          'PENDING_OPERATION',
          `release "${ref.release}" is ${newest.status}, and lacks ${selector}`,
          {
            hint: 'Choose another release name, or let its owner free it.',
          },
        );
      }
      const good = revisions.findLast(({ status }) => status === 'deployed' || status === 'superseded');
      if (good === undefined || newest.status === 'uninstalling') {
        await helm.uninstall(ref);
        return 'uninstalled';
      }
      await helm.rollback({ ...ref, revision: good.revision });
      return 'rolled-back';
    },
  };
  return helm;
}

function releaseCall(binary: HelmBinary, verb: readonly string[], task: string, request: ReleaseRequest) {
  const { release, namespace, chart, timeoutMs, wait, waitForJobs, rollbackOnFailure, createNamespace } = request;
  const labels = labelSelector(request.labels ?? {});
  return {
    task,
    args: [
      ...verb,
      ...['--namespace', namespace, '--output', 'json'],
      ...(createNamespace ? ['--create-namespace'] : []),
      ...timeoutFlags(timeoutMs),
      ...waitFlags(binary, wait),
      ...(waitForJobs ? ['--wait-for-jobs'] : []),
      ...rollbackOnFailureFlags(binary, rollbackOnFailure),
      ...(labels === undefined ? [] : ['--labels', labels]),
      ...valueFlags(request),
      ...['--', release, chart],
    ],
    timeoutMs,
    signal: request.signal,
  };
}
