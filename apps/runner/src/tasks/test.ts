import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestAttempt } from '@seatrial/deploy';
import type { TestSuite } from '@seatrial/junit';
import { defineTask, type TaskContext } from '@seatrial/pipeline';
import { parseDuration } from '../config/duration.js';
import type { TestConfig } from '../config/schema.js';
import { onCluster, revisionOfTrial, runSuffix, sourceDir, type ClusterTrial } from '../trial.js';
import type { BuildOutput, buildTask } from './build.js';
import type { CloneOutput, cloneTask } from './clone.js';
import type { createClusterTask } from './create-cluster.js';
import type { DeployOutput, deployTask } from './deploy.js';
import { reported } from './reported.js';

interface TestInputs {
  readonly clone: CloneOutput;
  readonly build: BuildOutput;
  readonly cluster: { readonly kubeconfig: string };
  readonly deploy: DeployOutput;
}

/** A test of the deployed operator. */
export function testTask(
  trial: ClusterTrial,
  needs: {
    readonly clone: ReturnType<typeof cloneTask>;
    readonly build: ReturnType<typeof buildTask>;
    readonly cluster: ReturnType<typeof createClusterTask>;
    readonly deploy: ReturnType<typeof deployTask>;
  },
  test: TestConfig,
) {
  return defineTask({
    name: onCluster(test.name, trial),
    summary: describeTest(test),
    group: 'tests',
    needs,
    describe: () => [describeTest(test)],
    run: (context) =>
      reported<void>(trial, context, async () => ({ output: undefined, suite: await runTest(trial, context, test) })),
  });
}

function describeTest(test: TestConfig): string {
  switch (test.type) {
    case 'helm':
      return 'helm test';
    case 'custom-resource':
      return `create ${test.template}, await ${test.condition}`;
    case 'command':
      return test.command.join(' ');
  }
}

/** Runs a test, and where it fails as often again as it may. */
async function runTest(trial: ClusterTrial, context: TaskContext<TestInputs>, test: TestConfig): Promise<TestSuite> {
  const { runTests } = await import('@seatrial/deploy');
  const { signal, log: onLine } = context;
  const timeoutMs = parseDuration(test.timeout) ?? 0;
  const [suite] = await runTests(
    [{ name: context.name, timeoutMs, run: (attempt) => runOnce(trial, context, { test, ...attempt }) }],
    { retries: test.retries, signal, clock: trial.clock, onLine },
  );
  return suite as TestSuite; // of one test there is one
}

async function runOnce(
  trial: ClusterTrial,
  context: TaskContext<TestInputs>,
  {
    test,
    attempt,
    timeoutMs,
    signal,
  }: Pick<TestAttempt, 'attempt' | 'timeoutMs' | 'signal'> & { readonly test: TestConfig },
): Promise<TestSuite> {
  const deploy = await import('@seatrial/deploy');
  const { inputs, log: onLine } = context;
  const { kubeconfig } = inputs.cluster;
  const { namespace, release } = inputs.deploy;
  const { clock } = trial;
  const id = runSuffix(trial);
  switch (test.type) {
    case 'helm': {
      const helm = await trial.services.helm(kubeconfig, { signal, onLine });
      return deploy.runHelmTest({
        helm,
        kube: await trial.services.kube(kubeconfig),
        release,
        namespace,
        timeoutMs,
        signal,
        onLine,
        clock,
      });
    }
    case 'custom-resource':
      return deploy.runCustomResourceTest({
        kube: await trial.services.kube(kubeconfig),
        template: await readFile(join(sourceDir(trial, inputs.clone.dir), test.template), 'utf8'),
        namespace,
        params: { image: inputs.build.image, ...test.params },
        name: test.name.slice(0, 40),
        suite: context.name,
        // One that was tried before may still be there, held by a finalizer.
        newId: () => (attempt === 1 ? id : `${id}-${attempt}`),
        condition: test.condition,
        failureConditions: test.failureConditions,
        expect: {
          ...(test.expectPods === undefined ? {} : { pods: [{ labels: test.expectPods }] }),
          ...(test.expectServices === undefined ? {} : { services: [{ labels: test.expectServices }] }),
        },
        timeoutMs,
        signal,
        onLine,
        clock,
      });
    case 'command': {
      const artifactsDir = join(trial.workDir, 'artifacts', context.name);
      await mkdir(artifactsDir, { recursive: true });
      const suite = await deploy.runCommandTest({
        name: context.name,
        command: test.command,
        cwd: sourceDir(trial, inputs.clone.dir),
        env: await trial.services.env(),
        facts: { ...factsOf(trial, inputs.build), namespace, release },
        kubeconfig,
        artifacts: artifactsDir,
        timeoutMs,
        signal,
        onLine,
        createFilter: () => trial.redact.stream(),
        clock,
      });
      await trial.results.addFolder(context.name, artifactsDir);
      return suite;
    }
  }
}

function factsOf(trial: ClusterTrial, { image, chart, chartUri }: BuildOutput) {
  return {
    image,
    digest: /@(sha256:[0-9a-f]+)$/.exec(image)?.[1],
    commit: revisionOfTrial(trial),
    chart: chartUri ?? chart,
  };
}
