import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestSuite } from '@seatrial/junit';
import { defineTask, type TaskContext } from '@seatrial/pipeline';
import { parseDuration } from '../config/duration.js';
import type { TestConfig } from '../config/schema.js';
import { runSuffix, sourceDir, type Trial } from '../trial.js';
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
  trial: Trial,
  needs: {
    readonly clone: ReturnType<typeof cloneTask>;
    readonly build: ReturnType<typeof buildTask>;
    readonly cluster: ReturnType<typeof createClusterTask>;
    readonly deploy: ReturnType<typeof deployTask>;
  },
  test: TestConfig,
) {
  return defineTask({
    name: test.name,
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

async function runTest(trial: Trial, context: TaskContext<TestInputs>, test: TestConfig): Promise<TestSuite> {
  const deploy = await import('@seatrial/deploy');
  const { inputs, signal, log: onLine } = context;
  const { kubeconfig } = inputs.cluster;
  const { namespace, release } = inputs.deploy;
  const timeoutMs = parseDuration(test.timeout) ?? 0;
  const { clock } = trial;
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
        suite: test.name,
        newId: () => runSuffix(trial),
        condition: test.condition,
        failureConditions: test.failureConditions,
        ...(test.expectPods === undefined ? {} : { expect: { pods: [{ labels: test.expectPods }] } }),
        timeoutMs,
        signal,
        onLine,
        clock,
      });
    case 'command': {
      const artifactsDir = join(trial.workDir, 'artifacts', test.name);
      await mkdir(artifactsDir, { recursive: true });
      const suite = await deploy.runCommandTest({
        name: test.name,
        command: test.command,
        cwd: sourceDir(trial, inputs.clone.dir),
        env: { ...(await trial.services.env()), IMAGE: inputs.build.image, NAMESPACE: namespace },
        kubeconfig,
        artifacts: artifactsDir,
        timeoutMs,
        signal,
        onLine,
        createFilter: () => trial.redact.stream(),
        clock,
      });
      await trial.results.addFolder(test.name, artifactsDir);
      return suite;
    }
  }
}
