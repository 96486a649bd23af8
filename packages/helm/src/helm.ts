import { mkdir } from 'node:fs/promises';
import type { RedactStream } from '@seatrial/cli';
import type { HelmBinary } from './binary.js';
import type { Clock } from './clock.js';
import { helmEnvironment } from './environment.js';
import type { Env } from './environment.js';
import { HelmError } from './errors.js';
import { labelSelector, rollbackOnFailureFlags, timeoutFlags, valueFlags, waitFlags } from './helm-flags.js';
import type { Abortable, Helm, ReleaseRequest } from './helm-interface.js';
import { failureOf, runHelmProcess } from './helm-process.js';
import type { HelmInvocation, HelmOutcome } from './helm-process.js';
import { createHelmRegistry } from './helm-registry.js';
import { hookTestsOf } from './hook-test.js';
import { parseLint } from './lint.js';
import { recoverRelease } from './recover.js';
import { parseHistory, parseJson, parseRelease, parseReleaseList } from './release.js';

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
  /** Takes secrets out of helm's output, also out of what errors repeat of it. @default leaves it as it is */
  readonly createFilter?: (() => RedactStream) | undefined;
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
      createFilter: options.createFilter,
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

    recover: (request) => recoverRelease(helm, request),
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
