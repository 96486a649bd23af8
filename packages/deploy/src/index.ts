/**
 * Set an operator up on a cluster, test it, collect what it left, tear it down.
 *
 * @example
 * const kube = await connect('run/kubeconfig');
 * const where = { helm, kube, release: 'tf-job-operator', namespace: 'trial' };
 * await setUp({ ...where, chart: 'chart', timeoutMs: 300_000 });
 * const suite = await runHelmTest({ ...where, timeoutMs: 300_000 });
 * await collect({ kube, namespaces: ['trial'], dir: 'run/cluster' });
 * await tearDown({ ...where, timeoutMs: 300_000 });
 *
 * @module
 */
export type {
  ClusterHandle,
  ClusterProvider,
  KeepAliveOptions,
  Json,
  ProviderLimits,
  ProviderRequest,
} from './cluster-provider.js';
export { collect } from './collect.js';
export type { Collected, CollectOptions } from './collect.js';
export { runCommandTest } from './command-test.js';
export type { CommandTestFacts, CommandTestOptions } from './command-test.js';
export { connect } from './connect.js';
export { diagnose, formatFindings } from './diagnosis.js';
export type { DiagnoseOptions, Finding } from './diagnosis.js';
export { DeployError } from './errors.js';
export type { DeployErrorCode, DeployErrorOptions } from './errors.js';
export { createGkeProvider } from './gke-provider.js';
export type { GkeProviderOptions } from './gke-provider.js';
export { runHelmTest } from './helm-test.js';
export type { HelmTestOptions } from './helm-test.js';
export type {
  CallOptions,
  KubeClient,
  KubeList,
  LogOptions,
  ResourceInfo,
  Selection,
  WatchEvent,
} from './kube-client.js';
export type { KindRef, KubeObject, ObjectMeta, ObjectRef } from './kube-object.js';
export { findKind } from './kind-name.js';
export { createKubeconfigProvider } from './kubeconfig-provider.js';
export type { KubeconfigProviderOptions } from './kubeconfig-provider.js';
export type { Clock, Limits } from './limits.js';
export { ensureNamespace, labelsOfRun, OWNED_LABEL, RUN_LABEL } from './namespace.js';
export { mergeAttempts } from './merge-attempts.js';
export { observe } from './observe.js';
export type { Snapshot } from './observe.js';
export { readinessOf } from './readiness.js';
export type { Readiness } from './readiness.js';
export type { HelmReleases, HookTest } from './releases.js';
export { fillTemplate } from './resource-template.js';
export { runCustomResourceTest } from './resource-test.js';
export type { CustomResourceTestOptions, ExpectedObjects, ResourceExpectations } from './resource-test.js';
export { createSandboxProvider } from './sandbox-provider.js';
export type { SandboxProvider, SandboxProviderOptions } from './sandbox-provider.js';
export { runTests } from './run-tests.js';
export type { RunTestsOptions, TestAttempt, TrialTest } from './run-tests.js';
export { setUp } from './set-up.js';
export type { SetUpOptions, SetUpResult } from './set-up.js';
export { tearDown } from './tear-down.js';
export type { TearDownOptions } from './tear-down.js';
export { runUpgradeTrial } from './upgrade-trial.js';
export type { UpgradeTrialOptions } from './upgrade-trial.js';
export { waitForCondition, waitForObject, waitUntilGone } from './wait.js';
export type { ConditionReached, WaitDeps } from './wait.js';
export { waitFor } from './wait-for.js';
export type { WaitForOptions } from './wait-for.js';
export { formatWaitTarget, parseWaitTarget } from './wait-target.js';
export type { WaitTarget } from './wait-target.js';
