import type { TestSuite } from '@seatrial/junit';
import { stringify } from 'yaml';
import { CaseRunner } from './case-runner.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { runtimeProperties } from './pod-runtimes.js';
import { describeFailure, recordOwned } from './owned-objects.js';
import { expectNone, expectObjects } from './resource-expectations.js';
import { prepareResource } from './resource-template.js';
import { cut } from './text.js';
import { waitForCondition, waitUntilGone } from './wait.js';

/** Objects that must have existed. */
export interface ExpectedObjects {
  /** Labels they have; values may use the template's parameters. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many; left out, one or more. */
  readonly count?: number;
}

/** What should have been there. */
export interface ResourceExpectations {
  readonly pods?: readonly ExpectedObjects[];
  readonly services?: readonly ExpectedObjects[];
  /** Owner references of what is expected lead to the custom resource, be it over others, so that it goes with it. @default true */
  readonly ownerReferences?: boolean;
  /** Pods and services of the object go with it. @default true when any are expected */
  readonly goneAfterDeletion?: boolean;
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

const KINDS = [
  { part: 'pods', kind: { apiVersion: 'v1', kind: 'Pod' } },
  { part: 'services', kind: { apiVersion: 'v1', kind: 'Service' } },
] as const;

/**
 * Creates a custom resource, waits until its operator has brought it to a condition, looks at its pods and services, deletes it and
 * sees it gone: a case each, `create`, `reach <condition>`, `pods`, `services`, `delete`.
 *
 * A failing test is a suite with problems, not an exception. The object is deleted in any case. Where its pods say how
 * they were run, the suite's properties do too.
 *
 * @throws {DeployError} `INVALID` for the template; the signal's reason.
 */
export async function runCustomResourceTest(options: CustomResourceTestOptions): Promise<TestSuite> {
  const { kube, namespace, condition = 'Succeeded', signal, clock = systemClock, onLine = () => {} } = options;
  const { failureConditions = ['Failed'], logLines = 30, deletionTimeoutMs = 120_000, expect = {} } = options;
  const { object, params } = prepareResource(options);
  const name = object.metadata.name ?? '';
  const ref = { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
  const suite = options.suite ?? `${object.kind} ${options.name ?? 'trial'}`;
  const runner = new CaseRunner({ clock, className: suite, signal });
  const timestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, '');
  const deadline = clock.now() + options.timeoutMs;
  const properties = { resource: name, namespace };
  const kinds = KINDS.filter(({ part }) => expect[part] !== undefined);
  const parts = [`reach ${condition}`, ...kinds.map(({ part }) => part), 'delete'];

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
  const owner = { namespace, name, uid };
  const record = recordOwned({ kube, clock }, { ...owner, signal });
  const records = kinds.map((one) => ({
    ...one,
    record: one.part === 'pods' ? record : recordOwned({ kube, clock }, { ...owner, kind: one.kind, signal }),
  }));
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
    const checks = { kube, clock, owner, params, signal, ownerReferences: expect.ownerReferences ?? true };
    for (const { part, record: of } of records) {
      await runner.run(part, (output) => expectObjects(of, expect[part] ?? [], { ...checks, what: part, output }));
    }
    await runner.run('delete', async () => {
      await kube.delete({ ...ref }, { uid, signal });
      const start = clock.now();
      await waitUntilGone({ kube, clock }, { ...ref, uid }, { timeoutMs: deletionTimeoutMs, signal });
      onLine(`${object.kind} ${name} is gone`);
      if (expect.goneAfterDeletion === false) return;
      for (const { part, record: of } of records) {
        const left = deletionTimeoutMs - (clock.now() - start);
        await expectNone(of, part, { clock, timeoutMs: Math.max(1, left), signal });
      }
    });
  } catch (error) {
    // Stopped half way: ask for the deletion at least; whoever stopped us takes the namespace or the cluster down.
    await kube.delete(ref, { uid, signal: AbortSignal.timeout(5_000) }).catch(() => {});
    throw error;
  } finally {
    await Promise.all([record, ...records.map((one) => one.record)].map((one) => one.stop()));
  }
  return {
    name: suite,
    timestamp,
    cases: runner.cases,
    properties: { ...properties, ...runtimeProperties(record.all()) },
  };
}

function formatObject(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata as Record<string, unknown>;
  return stringify({ ...object, metadata });
}
