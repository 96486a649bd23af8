import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { within } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { ownershipProblem } from './owned-objects.js';
import type { OwnedRecord, Owner } from './owned-objects.js';
import type { ExpectedObjects } from './resource-test.js';

// The condition may be seen a moment before the last event of what is expected is.
const SETTLE_MS = 5_000;

/** Checks that objects were there as expected. @throws {DeployError} `NOT_READY` naming all that were not. */
export async function expectObjects(
  record: OwnedRecord,
  expected: readonly ExpectedObjects[],
  options: {
    readonly kube: KubeClient;
    readonly clock: Clock;
    readonly owner: Owner;
    readonly params: Readonly<Record<string, string>>;
    readonly signal: AbortSignal | undefined;
    readonly ownerReferences: boolean;
    /** `pods`, … for messages. */
    readonly what: string;
    readonly output: (line: string) => void;
  },
): Promise<void> {
  const { kube, clock, owner, params, signal, what, output } = options;
  const wanted = expected.map(({ labels, count }) => ({
    count,
    labels: Object.entries(labels).map(
      ([key, value]) => [key, value.replace(/\$\{(\w+)\}/g, (all, name: string) => params[name] ?? all)] as const,
    ),
  }));
  const matching = (labels: (typeof wanted)[number]['labels']): readonly KubeObject[] =>
    record.all().filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  const missing = (): string[] =>
    wanted.flatMap(({ labels, count }) => {
      const found = matching(labels).length;
      const text = labels.map(([key, value]) => `${key}=${value}`).join(',');
      return found === 0 || (count !== undefined && found !== count)
        ? [`${found} ${what} with ${text}, expected ${count ?? 'some'}`]
        : [];
    });
  await within(clock, { timeoutMs: SETTLE_MS, signal, onTimeout: () => new Error('late') }, (limit) =>
    record.until(() => missing().length === 0, limit),
  ).catch(() => signal?.throwIfAborted());
  for (const { kind, metadata } of record.all()) {
    output(`${kind} ${metadata.name ?? ''}: ${JSON.stringify(metadata.labels ?? {})}`);
  }
  const problems = missing();
  if (options.ownerReferences) {
    const found = new Set(wanted.flatMap(({ labels }) => matching(labels)));
    for (const object of found) {
      const problem = await ownershipProblem(kube, object, owner, { signal });
      if (problem !== undefined) problems.push(`${object.kind} ${object.metadata.name ?? ''} ${problem}`);
    }
  }
  if (problems.length > 0) throw new DeployError('NOT_READY', problems.join('; '));
}

/** Waits until none is left. @throws {DeployError} `TIMEOUT` naming those that are. */
export async function expectNone(
  record: OwnedRecord,
  what: string,
  limits: Limits & { readonly clock: Clock },
): Promise<void> {
  let left: readonly KubeObject[] = [];
  const onTimeout = (): DeployError =>
    new DeployError(
      'TIMEOUT',
      `${what} of the object are still there after its deletion: ${left.map(({ metadata }) => metadata.name).join(', ')}`,
      { hint: `Set ownerReferences on the ${what}, so that they go with it.` },
    );
  const { clock, signal, timeoutMs } = limits;
  await within(clock, { timeoutMs, signal, onTimeout }, (limit) =>
    record.until((present) => {
      left = present;
      return present.length === 0;
    }, limit),
  );
}
