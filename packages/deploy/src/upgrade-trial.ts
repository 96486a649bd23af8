import type { TestSuite } from '@seatrial/junit';
import { CaseRunner } from './case-runner.js';
import { DeployError } from './errors.js';
import { describeFailure } from './owned-objects.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { listReleasePods, releasePodsProblem } from './release-pods.js';
import { waitForWorkloads } from './release-workloads.js';
import type { HelmReleases } from './releases.js';
import { prepareResource } from './resource-template.js';
import { setUp } from './set-up.js';
import { Survivor } from './survivor.js';

/** An upgrade from one build of an operator to another. */
export interface UpgradeTrialOptions extends Limits {
  readonly helm: Pick<HelmReleases, 'install' | 'recover' | 'rollback'>;
  readonly kube: KubeClient;
  readonly release: string;
  readonly namespace: string;
  /** Chart of the last release: folder or archive. */
  readonly previousChart: string;
  /** Chart of the build under test. */
  readonly chart: string;
  /** Values files of both. */
  readonly values?: readonly string[];
  /** Single values of both, by dotted path. */
  readonly set?: Readonly<Record<string, string>>;
  /** Single values of the last release alone. */
  readonly previousSet?: Readonly<Record<string, string>>;
  /** YAML of one custom resource with `${name}`, `${namespace}` and the given parameters. */
  readonly template: string;
  readonly params?: Readonly<Record<string, string>>;
  /** How many of it are created. @default 2 */
  readonly count?: number;
  /** Condition they are in while the operator is exchanged. @default 'Running' */
  readonly condition?: string;
  /** Conditions in which they did not survive. @default ['Failed'] */
  readonly failureConditions?: readonly string[];
  /** Pods of the custom resources are the same ones afterwards. @default true */
  readonly keepsPods?: boolean;
  /** Name of the suite. @default 'upgrade <release>' */
  readonly suite?: string;
  readonly clock?: Clock;
  /** Makes names unique: a few characters of a-z and 0-9. */
  readonly newId: () => string;
  readonly onLine?: (line: string) => void;
}

/**
 * Installs the last release, brings custom resources into a state, upgrades to the new build, and sees that they survive:
 * the same objects (by uid), in the same state, with the same pods, while the operator's own pods are new ones; and that
 * the new build takes a new custom resource to that state. Then rolls back and looks at the same again. Each step is a case; after one
 * that failed those that need it are skipped.
 *
 * The custom resources are deleted at the end, the release stays: see `tearDown`.
 *
 * @throws {DeployError} `INVALID` for the template; the signal's reason.
 */
export async function runUpgradeTrial(options: UpgradeTrialOptions): Promise<TestSuite> {
  const { helm, kube, release, namespace, signal, clock = systemClock, onLine = () => {} } = options;
  const { suite = `upgrade ${release}`, condition = 'Running', count = 2 } = options;
  const deadline = clock.now() + options.timeoutMs;
  const limits = () => ({ timeoutMs: Math.max(1, deadline - clock.now()), signal });
  const timestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, '');
  const prepare = (name: string) => prepareResource({ ...options, name }).object;
  const objects = Array.from({ length: count }, (_, at) => prepare(`upgrade-${at + 1}`));
  const [late, last] = [prepare('upgrade-new'), prepare('upgrade-last')];
  const runner = new CaseRunner({ clock, className: suite, signal });
  const survivors: Survivor[] = [];
  let failed = false;
  /** A case that the later ones need. */
  const step = async (name: string, run: (output: (line: string) => void) => Promise<void>): Promise<void> => {
    if (failed) return runner.skip(name, 'a step before it failed');
    onLine(name);
    const done = await runner.run(
      name,
      async (output) => {
        await run((line) => (onLine(line), output(line)));
        return true;
      },
      () => describeAll(kube, survivors, signal),
    );
    failed ||= done === undefined;
  };
  const bring = async (object: KubeObject, output: (line: string) => void): Promise<void> => {
    const survivor = await Survivor.create({ kube, clock }, object, { ...options, condition, signal });
    survivors.push(survivor);
    await survivor.reach({ ...limits(), onChange: output });
  };
  const bringLate = async (object: KubeObject, output: (line: string) => void): Promise<void> => {
    await bring(object, output);
    await survivors.at(-1)?.remember();
  };
  const install = (chart: string, set: Readonly<Record<string, string>>) =>
    setUp({
      helm,
      kube,
      clock,
      release,
      namespace,
      chart,
      set,
      onLine,
      ...(options.values === undefined ? {} : { values: options.values }),
      ...limits(),
    });
  const survived = async (output: (line: string) => void): Promise<void> => {
    const problems = await Promise.all(survivors.map((one) => one.problem(output)));
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) throw new DeployError('NOT_READY', found.join('; '));
  };
  const replaced = async (before: Awaited<ReturnType<typeof listReleasePods>>): Promise<void> => {
    const problem = releasePodsProblem(before, await listReleasePods(kube, { release, namespace, signal }));
    if (problem !== undefined) throw new DeployError('NOT_READY', problem);
  };

  let revision = 1;
  let pods: Awaited<ReturnType<typeof listReleasePods>> = [];
  try {
    await step('install the last release', async () => {
      ({ revision } = await install(options.previousChart, { ...options.set, ...options.previousSet }));
      pods = await listReleasePods(kube, { release, namespace, signal });
    });
    await step(`bring ${count} custom resources to ${condition}`, async (output) => {
      await Promise.all(objects.map((object) => bring(object, output)));
      await Promise.all(survivors.map((one) => one.remember()));
    });
    await step('upgrade to the new build', async () => void (await install(options.chart, { ...options.set })));
    await step('operator pods are new after the upgrade', async () => {
      await replaced(pods);
      pods = await listReleasePods(kube, { release, namespace, signal });
    });
    // It also proves that the new operator has looked at what there is: it came later.
    await step(`new build brings a custom resource to ${condition}`, (output) => bringLate(late, output));
    await step('custom resources survive the upgrade', survived);
    await step('roll back to the last release', async (output) => {
      if (helm.rollback === undefined) throw new DeployError('INVALID', 'this helm cannot roll back');
      await helm.rollback({ release, namespace, revision, ...definedLimits(limits()) });
      // By watch: helm's own wait after a roll-back takes a minute longer.
      await waitForWorkloads({ kube, clock }, { release, namespace, onLine: output, ...limits() });
    });
    await step('operator pods are new after the roll-back', () => replaced(pods));
    await step(`last release brings a custom resource to ${condition}`, (output) => bringLate(last, output));
    await step('custom resources survive the roll-back', survived);
    failed = survivors.length === 0;
    await step('delete the custom resources', async (output) => {
      for (const survivor of survivors) await survivor.remove({ ...limits(), onChange: output });
    });
  } catch (error) {
    // Stopped half way: ask for the deletions at least; whoever stopped us takes the namespace or the cluster down.
    await Promise.allSettled(survivors.map((one) => one.remove({ timeoutMs: 1, signal: AbortSignal.timeout(5_000) })));
    throw error;
  }
  return { name: suite, timestamp, cases: runner.cases, properties: { release, namespace } };
}

function definedLimits({ timeoutMs, signal }: Limits): { readonly timeoutMs: number; readonly signal?: AbortSignal } {
  return { timeoutMs, ...(signal === undefined ? {} : { signal }) };
}

/** What a failure says of the custom resources: their events, pods and last log lines. */
async function describeAll(
  kube: KubeClient,
  survivors: readonly Survivor[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const texts = await Promise.all(
    survivors.map(async (one) => describeFailure(kube, one.last, { pods: await one.pods(), logLines: 10, signal })),
  );
  return texts.flat().join('\n');
}
