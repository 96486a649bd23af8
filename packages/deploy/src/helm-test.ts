import type { TestCase, TestSuite } from '@seatrial/junit';
import { podLogs, podReason } from './pod-trouble.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { textAt } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { observe } from './observe.js';
import { runtimeProperties } from './pod-runtimes.js';
import type { HelmReleases, HookTest } from './releases.js';
import { cut, lastLines } from './text.js';

/** Which release to test. */
export interface HelmTestOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'test'>;
  readonly kube: KubeClient;
  readonly release: string;
  readonly namespace: string;
  /** @default 'helm test <release>' */
  readonly suite?: string;
  /** Lines of the log in a failure's text. @default 30 */
  readonly logLines?: number;
  readonly clock?: Clock;
  readonly onLine?: (line: string) => void;
}

interface PodEnd {
  readonly log: string;
  readonly why: string | undefined;
}

interface TestPods {
  /** By name. */
  readonly ends: ReadonlyMap<string, PodEnd>;
  /** As last seen. */
  readonly pods: readonly KubeObject[];
}

const MAX_LOG_BYTES = 1024 * 1024;

/**
 * Runs the test hooks of a release: a case for each, with its pod's log as output and the log's end in a failure.
 *
 * A chart without test hooks fails: no tests is not a pass. Logs are read as pods end, before a hook's delete policy
 * takes the pod away. Where pods say how they were run, the suite's properties do too.
 *
 * @throws the signal's reason; what helm throws when it could not run the hooks at all becomes a failing case.
 */
export async function runHelmTest(options: HelmTestOptions): Promise<TestSuite> {
  const { helm, kube, release, namespace, timeoutMs, signal, clock = systemClock, onLine = () => {} } = options;
  const { suite = `helm test ${release}`, logLines = 30 } = options;
  const start = clock.now();
  const timestamp = new Date(start).toISOString().replace(/\.\d+Z$/, '');
  const record = recordTestPods({ kube, clock }, namespace, { signal, onLine });
  let hooks: readonly HookTest[] = [];
  let failure: unknown;
  try {
    hooks = await helm.test({ release, namespace, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    failure = error;
    const told = (error as { tests?: unknown }).tests;
    if (Array.isArray(told)) hooks = told as readonly HookTest[];
  }
  const { ends, pods } = await record.stop();
  const cases = hooks.map((hook): TestCase => {
    const end = ends.get(hook.name);
    const log = hook.log ?? end?.log ?? '';
    const passed = hook.phase === 'Succeeded';
    const message = `test ${hook.name}: ${hook.phase}${end?.why === undefined ? '' : `: ${end.why}`}`;
    const text = [message, ...lastLines(log, logLines)].join('\n');
    onLine(message);
    const { startedMs, completedMs } = hook;
    const timed = startedMs !== undefined && completedMs !== undefined;
    return {
      name: hook.name,
      className: suite,
      durationSeconds: timed
        ? Math.max(0, completedMs - startedMs) / 1_000
        : (clock.now() - start) / 1_000 / hooks.length,
      problems: passed ? [] : [{ kind: 'failure', type: 'HelmTest', message: cut(message, 500), text }],
      ...(log === '' ? {} : { systemOut: log }),
    };
  });
  // Helm failing while every hook says it passed is no pass either.
  const explained = cases.some(({ problems }) => problems.length > 0);
  if (cases.length === 0 || (failure !== undefined && !explained)) {
    cases.push(
      hooklessCase(suite, release, failure, ends, { logLines, durationSeconds: (clock.now() - start) / 1_000 }),
    );
  }
  return { name: suite, timestamp, cases, properties: { release, namespace, ...runtimeProperties(pods) } };
}

function hooklessCase(
  suite: string,
  release: string,
  failure: unknown,
  ends: ReadonlyMap<string, PodEnd>,
  options: { readonly logLines: number; readonly durationSeconds: number },
): TestCase {
  const { message, detail, code, infrastructure } = (failure ?? {}) as {
    readonly message?: string;
    readonly detail?: string;
    readonly code?: string;
    readonly infrastructure?: boolean;
  };
  const said = failure === undefined ? `chart of release ${release} has no test hooks` : (message ?? String(failure));
  const pods = [...ends].flatMap(([name, { why, log }]) => [
    `Pod ${name}: ${why ?? 'ended well'}`,
    ...lastLines(log, options.logLines),
  ]);
  return {
    name: 'helm test',
    className: suite,
    durationSeconds: options.durationSeconds,
    problems: [
      {
        kind: infrastructure === true ? 'error' : 'failure',
        type: code ?? 'NoTests',
        message: cut(said, 500),
        text: [said, detail ?? '', ...pods].filter(Boolean).join('\n'),
      },
    ],
  };
}

/** Reads the log of each test pod when it has ended, while it is still there. */
function recordTestPods(
  deps: { readonly kube: KubeClient; readonly clock: Clock },
  namespace: string,
  options: { readonly signal: AbortSignal | undefined; readonly onLine: (line: string) => void },
): { stop(): Promise<TestPods> } {
  const { kube } = deps;
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  const reads = new Map<string, Promise<void>>();
  const ends = new Map<string, PodEnd>();
  const latest = new Map<string, KubeObject>();
  const readEnd = async (pod: KubeObject): Promise<void> => {
    const { name = '' } = pod.metadata;
    const why = podReason(pod);
    try {
      const log = await kube.readLog({ namespace, name }, { limitBytes: MAX_LOG_BYTES, signal: options.signal });
      ends.set(name, { log, why });
    } catch {
      // With several containers the API wants to be told which; a pod that never started has no log at all.
      const lines = await podLogs(kube, pod, { logLines: 1_000, all: true, signal: options.signal }).catch(() => []);
      ends.set(name, { log: lines.join('\n'), why });
    }
  };
  const seenBefore = new Set<string>();
  const watching = (async () => {
    let first = true;
    for await (const { objects } of observe(deps, { apiVersion: 'v1', kind: 'Pod' }, { namespace, signal })) {
      for (const pod of objects.values()) {
        const { uid = '' } = pod.metadata;
        if (!/\btest/.test(pod.metadata.annotations?.['helm.sh/hook'] ?? '')) continue;
        // Pods of an earlier test, which helm will replace.
        if (first) seenBefore.add(uid);
        if (seenBefore.has(uid)) continue;
        latest.set(uid, pod);
        const phase = textAt(pod, 'status', 'phase');
        if ((phase === 'Succeeded' || phase === 'Failed') && !reads.has(uid)) reads.set(uid, readEnd(pod));
      }
      first = false;
    }
  })().catch((error: unknown) => {
    if (!signal.aborted) options.onLine(`cannot watch test pods: ${String((error as Error).message)}`);
  });
  return {
    stop: async () => {
      over.abort();
      await watching;
      for (const [uid, pod] of latest) if (!reads.has(uid)) reads.set(uid, readEnd(pod));
      await Promise.all(reads.values());
      return { ends, pods: [...latest.values()] };
    },
  };
}
