import { join } from 'node:path';
import type { Clock, Redactor } from '@seatrial/cli';
import { type ProwJobInfo, revisionOf } from '@seatrial/prow';
import type { BuilderChoice } from '@seatrial/release';
import type { ObjectStore } from '@seatrial/storage';
import type { ClusterConfig, Config } from './config/schema.js';
import type { ResultWriter } from './results/result-writer.js';
import type { ClusterKeeper } from './run/cluster-keeper.js';
import type { Holdings } from './run/holdings.js';
import type { Lease } from './run/lease.js';
import type { ProviderName, Services } from './services.js';

/** Where the code under test comes from. */
export interface TrialSource {
  /** Path or URL of the repository. */
  readonly repo: string;
  /** Commit to test. @default the one that is checked out, with the uncommitted changes */
  readonly commit?: string;
  /** Commit that was checked out when the run was asked for, or the one to test. */
  readonly revision: string;
  /** Folder of the config inside the repository; `''` is its root. */
  readonly configFolder: string;
}

/** One run of the pipeline: plain data, journalled, enough to do any of its steps again. */
export interface TrialSettings {
  readonly config: Config;
  readonly job: ProwJobInfo;
  readonly source: TrialSource;
  readonly provider: ProviderName;
  /** Directory of the run's results: `<results>/<Prow's path>`. */
  readonly runUri: string;
  readonly resultsUri: string;
  readonly registry?: string;
  readonly releasesUri?: string;
  readonly keepCluster: boolean;
  /** What builds the images. @default 'auto' */
  readonly builder?: BuilderChoice;
  /** Whether what is pushed gets an SBOM and provenance. @default true */
  readonly attest?: boolean;
  /** Variables whose values are not shown, besides those whose names say so. */
  readonly secretNames?: readonly string[];
}

/** What a task's body works with. */
export interface Trial extends TrialSettings {
  /** Takes secrets of the environment out of what is written or shown. */
  readonly redact: Redactor;
  readonly services: Services;
  readonly results: ResultWriter;
  /** Where results are written; not the sandbox's store, which is gone with it. */
  readonly resultStore: ObjectStore;
  /** Folder of this run on this machine, removed at its end. */
  readonly workDir: string;
  readonly clock: Clock;
  /** What is left behind if this process ends now. */
  readonly holdings: Holdings;
  /** Moves the expiry of its clusters while it goes on. */
  readonly keeper: ClusterKeeper;
  /** Aborted when the run is to stop: by a signal, from another shell, because nothing can be written any more. */
  readonly signal: AbortSignal;
  /** Holds others off the run. Once it is lost nothing of the run is touched any more. */
  readonly lock: Pick<Lease, 'signal' | 'confirm'>;
  /** Stops the run; it cleans up first. */
  stop(reason: Error): void;
}

/** A trial as the tasks on one of its clusters see it. */
export interface ClusterTrial extends Trial {
  readonly cluster: ClusterConfig;
}

/** The trial on one cluster. What it is made of is still that of the trial. */
export function trialOn(trial: Trial, cluster: ClusterConfig): ClusterTrial {
  return Object.create(trial, { cluster: { value: cluster, enumerable: true } }) as ClusterTrial;
}

/** Name of a task on a cluster: `deploy`, or `deploy-gpu` on the cluster `gpu` of several. */
export function onCluster(name: string, { cluster }: { readonly cluster?: ClusterConfig }): string {
  return cluster?.name === undefined ? name : `${name}-${cluster.name}`;
}

/** Short text that tells this run from others at the same time: the end of its build id. */
export function runSuffix({ job }: Pick<TrialSettings, 'job'>): string {
  return job.buildId.slice(-8);
}

/** Folder of the code under test, once `clone` has made it. */
export function sourceDir(trial: Pick<Trial, 'source'>, cloneDir: string): string {
  return join(cloneDir, trial.source.configFolder);
}

/** Namespace of the release. On a cluster that is not the run's own, the run has a namespace of its own. */
export function namespaceOf(trial: TrialSettings & { readonly cluster?: ClusterConfig }): string {
  const base = trial.config.deploy.namespace ?? trial.config.name;
  if (trial.provider !== 'kubeconfig') return base;
  // Two clusters of the matrix may be one to the kubeconfig.
  const part = trial.cluster?.name === undefined ? '' : `-${trial.cluster.name}`;
  return `${base.slice(0, 50 - part.length)}${part}-${runSuffix(trial)}`;
}

/** Commit that the run is recorded under: Prow's, else the one that was checked out. */
export function revisionOfTrial({ job, source }: Pick<TrialSettings, 'job' | 'source'>): string {
  return revisionOf(job) ?? source.revision;
}

export function releaseOf({ config }: Pick<TrialSettings, 'config'>): string {
  return config.deploy.release ?? config.name;
}
