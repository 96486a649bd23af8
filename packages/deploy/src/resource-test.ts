import type { TestSuite } from '@seatrial/junit';
import { stringify } from 'yaml';
import { CaseRunner } from './case-runner.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { systemClock, within } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { runtimeProperties } from './pod-runtimes.js';
import { describeFailure, recordPods } from './resource-pods.js';
import type { PodRecord } from './resource-pods.js';
import { fillTemplate } from './resource-template.js';
import { cut } from './text.js';
import { waitForCondition, waitUntilGone } from './wait.js';

/** What should have been there. */
export interface ResourceExpectations {
  /** Pods that must have existed; values of labels may use the template's parameters. */
  readonly pods?: readonly {
    readonly labels: Readonly<Record<string, string>>;
    /** How many; left out, one or more. */
    readonly count?: number;
  }[];
  /** Pods of the object go with it. @default true when `pods` are expected */
  readonly podsGoneAfterDeletion?: boolean;
}

/** A custom resource to create, to watch and to delete again. */
export interface CustomResourceTestOptions extends Limits {
  readonly kube: KubeClient;
  /** YAML of one object with `${name}`, `${namespace}` and the given parameters. */
  readonly template: string;
  readonly namespace: string;
  readonly params?: Readonly<Record<string, string>>;
  /** What its name begins with. @default the template's own name, else 'trial' */
  readonly name?: string;
  /** Name of the suite. @default kind of the object and this name */
  readonly suite?: string;
  /** Type of the condition to wait for. @default 'Succeeded' */
  readonly condition?: string;
  /** Conditions that end the wait as failed. @default ['Failed'] */
  readonly failureConditions?: readonly string[];
  readonly expect?: ResourceExpectations;
  /** What the deletion may take, in milliseconds. @default 120_000 */
  readonly deletionTimeoutMs?: number;
  /** Last lines of each container's log in a failure. @default 30 */
  readonly logLines?: number;
  readonly clock?: Clock;
  /** Makes names unique: a few characters of a-z and 0-9. */
  readonly newId: () => string;
  readonly onLine?: (line: string) => void;
}

/**
 * Creates a custom resource, waits until its operator has brought it to a condition, looks at its pods, deletes it and
 * sees it gone: a case each, `create`, `reach <condition>`, `pods`, `delete`.
 *
 * A failing test is a suite with problems, not an exception. The object is deleted in any case. Where its pods say how
 * they were run, the suite's properties do too.
 *
 * @throws {DeployError} `INVALID` for the template; the signal's reason.
 */
export async function runCustomResourceTest(options: CustomResourceTestOptions): Promise<TestSuite> {
  const { kube, namespace, condition = 'Succeeded', signal, clock = systemClock, onLine = () => {} } = options;
  const { failureConditions = ['Failed'], logLines = 30, deletionTimeoutMs = 120_000, expect = {} } = options;
  const { object, params } = prepare(options);
  const name = object.metadata.name ?? '';
  const ref = { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
  const suite = options.suite ?? `${object.kind} ${options.name ?? 'trial'}`;
  const runner = new CaseRunner({ clock, className: suite, signal });
  const timestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, '');
  const deadline = clock.now() + options.timeoutMs;
  const properties = { resource: name, namespace };
  const parts = [`reach ${condition}`, 'pods', 'delete'].filter((part) => part !== 'pods' || expect.pods !== undefined);

  const created = await runner.run('create', async () => {
    const made = await kube.create(object, { signal });
    onLine(`created ${object.kind} ${name}`);
    return made;
  });
  if (created === undefined) {
    for (const part of parts) runner.skip(part, 'the object could not be created');
    return { name: suite, timestamp, cases: runner.cases, properties };
  }
  const uid = created.metadata.uid ?? '';
  let last: KubeObject = created;
  const record = recordPods({ kube, clock }, { namespace, name, uid, signal });
  try {
    await runner.run(
      `reach ${condition}`,
      async (output) => {
        const say = (text: string): void => {
          onLine(`${object.kind} ${name}: ${text}`);
          output(`${new Date(clock.now()).toISOString()} ${text}`);
        };
        const limits = { timeoutMs: Math.max(1, deadline - clock.now()), signal };
        const onObject = (seen: KubeObject): void => void (last = seen);
        const reached = await waitForCondition(
          { kube, clock },
          { ...ref, uid },
          { ...limits, condition, failureConditions, onChange: say, onObject },
        );
        if (!reached.failed) return;
        const why = [reached.reason, reached.message].filter(Boolean).join(': ') || 'no reason given';
        throw new DeployError('NOT_READY', `${object.kind} ${name} is ${reached.type}: ${why}`);
      },
      async () => {
        await record.refresh(signal);
        const lines = await describeFailure(kube, last, { pods: record.all(), logLines, signal });
        return [...lines, 'last seen object:', cut(formatObject(last), 65_536)].join('\n');
      },
    );
    if (expect.pods !== undefined) {
      await runner.run('pods', (output) => expectPods(record, expect.pods ?? [], params, output, clock, signal));
    }
    const podsGone = expect.podsGoneAfterDeletion ?? expect.pods !== undefined;
    await runner.run('delete', async () => {
      await kube.delete({ ...ref }, { uid, signal });
      const start = clock.now();
      await waitUntilGone({ kube, clock }, { ...ref, uid }, { timeoutMs: deletionTimeoutMs, signal });
      onLine(`${object.kind} ${name} is gone`);
      if (podsGone) await expectNoPods(record, { clock, timeoutMs: deletionTimeoutMs - (clock.now() - start), signal });
    });
  } catch (error) {
    // Stopped half way: ask for the deletion at least; whoever stopped us takes the namespace or the cluster down.
    await kube.delete(ref, { uid, signal: AbortSignal.timeout(5_000) }).catch(() => {});
    throw error;
  } finally {
    await record.stop();
  }
  return {
    name: suite,
    timestamp,
    cases: runner.cases,
    properties: { ...properties, ...runtimeProperties(record.all()) },
  };
}

function prepare(options: CustomResourceTestOptions): { object: KubeObject; params: Readonly<Record<string, string>> } {
  const { template, namespace, newId } = options;
  const id = newId();
  const base = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .slice(0, 50)
      .replace(/^-+|-+$/g, '') || 'trial';
  const unique = `${base(options.name ?? 'trial')}-${id}`;
  const params = { ...options.params, namespace, name: unique };
  const filled = fillTemplate(template, params);
  const given = filled.metadata.name;
  // Two trials in one cluster must not meet, so a fixed name in the template becomes unique too.
  const name = given === undefined ? unique : given.includes(id) ? given : `${base(given)}-${id}`;
  return { object: { ...filled, metadata: { ...filled.metadata, name, namespace } }, params: { ...params, name } };
}

async function expectPods(
  record: PodRecord,
  expected: NonNullable<ResourceExpectations['pods']>,
  params: Readonly<Record<string, string>>,
  output: (line: string) => void,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = expected.map(({ labels, count }) => ({
    count,
    labels: Object.entries(labels).map(
      ([key, value]) => [key, value.replace(/\$\{(\w+)\}/g, (all, name: string) => params[name] ?? all)] as const,
    ),
  }));
  const matching = (labels: (typeof wanted)[number]['labels']): readonly KubeObject[] =>
    record.all().filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  const problems = (): string[] =>
    wanted.flatMap(({ labels, count }) => {
      const found = matching(labels).length;
      const text = labels.map(([key, value]) => `${key}=${value}`).join(',');
      return found === 0 || (count !== undefined && found !== count)
        ? [`${found} pods with ${text}, expected ${count ?? 'some'}`]
        : [];
    });
  // The condition may be seen a moment before the last pod's event is.
  await within(clock, { timeoutMs: 5_000, signal, onTimeout: () => new Error('late') }, (limit) =>
    record.until(() => problems().length === 0, limit),
  ).catch(() => signal?.throwIfAborted());
  for (const { metadata } of record.all())
    output(`pod ${metadata.name ?? ''}: ${JSON.stringify(metadata.labels ?? {})}`);
  const left = problems();
  if (left.length > 0) throw new DeployError('NOT_READY', left.join('; '));
}

async function expectNoPods(record: PodRecord, limits: Limits & { readonly clock: Clock }): Promise<void> {
  const onTimeout = (): DeployError =>
    new DeployError('TIMEOUT', 'pods of the object are still there after its deletion', {
      hint: 'Set ownerReferences on the pods, so that they go with it.',
    });
  const { clock, signal } = limits;
  await within(clock, { timeoutMs: Math.max(1, limits.timeoutMs), signal, onTimeout }, (limit) =>
    record.until((present) => present.length === 0, limit),
  );
}

function formatObject(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata as Record<string, unknown>;
  return stringify({ ...object, metadata });
}
