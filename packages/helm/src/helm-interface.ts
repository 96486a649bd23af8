import type { HelmBinary } from './binary.js';
import type { HelmRegistry } from './helm-registry.js';
import type { ChartValues } from './helm-flags.js';
import type { HookTest } from './hook-test.js';
import type { LintReport } from './lint.js';
import type { ReleaseInfo, ReleaseRevision, ReleaseSummary } from './release.js';

/** Aborts one call. The run's own signal, given to `createHelm`, holds as well. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** Which release. */
export interface ReleaseRef extends Abortable {
  readonly release: string;
  readonly namespace: string;
}

/** What to install or upgrade to. */
export interface ReleaseRequest extends ReleaseRef, ChartValues {
  /** Folder or archive of a chart, or a reference (`oci://…`). */
  readonly chart: string;
  /** Make the namespace when it is missing. @default false */
  readonly createNamespace?: boolean | undefined;
  /** Wait until all objects are ready. @default false */
  readonly wait?: boolean | undefined;
  /** With `wait`: for Jobs too. @default false */
  readonly waitForJobs?: boolean | undefined;
  /** Take back what was done when it fails; implies `wait`. @default false */
  readonly rollbackOnFailure?: boolean | undefined;
  /**
   * Labels of the release itself, by which {@link Helm.recover} tells whose it is. An upgrade keeps those of before.
   * @default none
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Budget of the call in milliseconds. */
  readonly timeoutMs: number;
}

/** {@link ReleaseRequest} of a release that may be there. */
export interface InstallRequest extends ReleaseRequest {
  /** Upgrade a release of this name instead of failing with `RELEASE_EXISTS` (`helm upgrade --install`). @default false */
  readonly upgradeIfExists?: boolean | undefined;
}

/** A budget. */
export interface TimedRelease extends ReleaseRef {
  /** Budget of the call in milliseconds. */
  readonly timeoutMs: number;
}

/** What {@link Helm.recover} had to do. */
export type Recovery = 'nothing' | 'uninstalled' | 'rolled-back';

/** helm, with a home of its own. Every method rejects with a {@link HelmError}, or with the signal's reason on abort. */
export interface Helm extends HelmRegistry {
  readonly binary: HelmBinary;
  /** `helm lint`. Problems are the answer, not an error. */
  lint(chartDir: string, options?: ChartValues & Abortable & { readonly strict?: boolean }): Promise<LintReport>;
  /** The rendered objects, YAML documents. @throws {HelmError} `NOT_RENDERED` */
  template(
    chart: string,
    options?: ChartValues &
      Abortable & {
        /** @default `release-name` */
        readonly release?: string;
        /** @default `default` */
        readonly namespace?: string;
        /** Render `crds/` too. @default false */
        readonly includeCrds?: boolean;
        /** Kubernetes version that templates see. @default the newest this helm knows */
        readonly kubeVersion?: string;
      },
  ): Promise<string>;
  /** @throws {HelmError} `RELEASE_EXISTS`, `PENDING_OPERATION`, `NOT_RENDERED`, `HOOK_FAILED`, `TIMEOUT`, … */
  install(request: InstallRequest): Promise<ReleaseInfo>;
  /** @throws {HelmError} `RELEASE_NOT_FOUND` when there is nothing to upgrade. */
  upgrade(request: ReleaseRequest): Promise<ReleaseInfo>;
  /** Goes back to `revision`, or to the one before. */
  rollback(request: TimedRelease & { readonly revision?: number; readonly wait?: boolean }): Promise<void>;
  /**
   * `helm test`: runs the test hooks and returns how each ended in this run, with its log where there is one. Failed tests
   * are the answer, not an error; a hook that did not run because an earlier one failed is `Unknown`.
   *
   * @throws {HelmError} `NO_TESTS` when the chart has none, `RELEASE_NOT_FOUND`, …
   */
  test(request: TimedRelease & { readonly only?: readonly string[] }): Promise<readonly HookTest[]>;
  /** Removes the release. `false` when there was none. */
  uninstall(request: TimedRelease & { readonly wait?: boolean; readonly keepHistory?: boolean }): Promise<boolean>;
  /** Releases in every state. @default all namespaces */
  list(
    options?: Abortable & {
      readonly namespace?: string;
      /** Only releases with all of these labels. @default all */
      readonly labels?: Readonly<Record<string, string>>;
    },
  ): Promise<readonly ReleaseSummary[]>;
  /** The newest revision, or the one asked for. `undefined` when there is no such release. */
  status(ref: ReleaseRef & { readonly revision?: number }): Promise<ReleaseInfo | undefined>;
  /** Revisions, oldest first; empty when there is no such release. */
  history(ref: ReleaseRef): Promise<readonly ReleaseRevision[]>;
  /** The values the release was given; all of them, the chart's included, with `all`. */
  values(ref: ReleaseRef & { readonly all?: boolean }): Promise<unknown>;
  /**
   * Frees a release whose operation was killed half way: where a revision was deployed before, it is rolled back to that,
   * else uninstalled; an uninstall that was broken off is finished. Nothing tells a killed operation from one that runs
   * elsewhere, so this is for releases of one's own only.
   *
   * @throws {HelmError} `PENDING_OPERATION` when the release is stuck and lacks one of `labels`: it is left as it is
   */
  recover(
    request: TimedRelease & {
      /** What the release must be labelled with. @default nothing: the caller knows that it is its own */
      readonly labels?: Readonly<Record<string, string>>;
    },
  ): Promise<Recovery>;
}
