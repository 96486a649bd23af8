import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '@seatrial/cli';
import { isProwEnvironment, newBuildId, parseJobEnvironment, type ProwJobInfo, resultPaths } from '@seatrial/prow';
import type { BuilderChoice } from '@seatrial/release';
import { joinUri } from '@seatrial/storage';
import { execa } from 'execa';
import type { ImageConfig } from './config/schema.js';
import type { LoadedConfig } from './config/load-config.js';
import { RunnerError } from './errors.js';
import { type Env, type ProviderName, REGISTRY_VARIABLE, RELEASES_VARIABLE } from './services.js';
import type { TrialSettings, TrialSource } from './trial.js';

/** What flags of `seatrial e2e` override. */
export interface TrialFlags {
  readonly provider: ProviderName;
  readonly results?: string;
  readonly registry?: string;
  readonly releases?: string;
  readonly commit?: string;
  readonly repo?: string;
  readonly job?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly keepCluster: boolean;
  /** @default 'auto' */
  readonly builder?: BuilderChoice;
  /** @default true */
  readonly attest?: boolean;
  /** Variables whose values are not shown. */
  readonly redact?: readonly string[];
}

export interface Surroundings {
  readonly env: Env;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: () => number;
}

const DEFAULT_RESULTS = 'file://./_results';

/**
 * Puts config, flags and the job's environment together; flags win over the config. Reads, but changes nothing.
 *
 * @throws {RunnerError} `SETTING_CONFLICT`, `NOT_A_REPOSITORY`
 */
export async function prepareSettings(
  loaded: LoadedConfig,
  flags: TrialFlags,
  { env, cwd, clock, random }: Surroundings,
): Promise<TrialSettings> {
  if (flags.keepCluster && flags.provider === 'sandbox') {
    throw new RunnerError('SETTING_CONFLICT', 'a cluster of the sandbox cannot be kept: it ends with the run', {
      hint: 'Start "seatrial sandbox up" in another shell, take over what "seatrial sandbox env" prints, and use --provider gke.',
    });
  }
  const { config: written, dir } = loaded;
  const withArgs = (image: ImageConfig) => ({ ...image, buildArgs: { ...image.buildArgs, ...flags.buildArgs } });
  const { image, images } = written;
  const config = {
    ...written,
    ...(image === undefined ? {} : { image: withArgs(image) }),
    ...(images === undefined ? {} : { images: images.map(withArgs) }),
  };
  const job = isProwEnvironment(env)
    ? parseJobEnvironment(env)
    : localJob(flags.job ?? `${config.name}-e2e`, newBuildId(clock, random));
  const resultsUri = resultsUriOf(flags.results ?? config.results, cwd);
  const registry = flags.registry ?? config.registry ?? ownClouds(flags.provider, env, REGISTRY_VARIABLE);
  const releasesUri = flags.releases ?? config.releases ?? ownClouds(flags.provider, env, RELEASES_VARIABLE);
  return {
    config,
    job,
    source: await findSource(dir, flags),
    provider: flags.provider,
    resultsUri,
    runUri: runUriOf(job, resultsUri, flags.results ?? config.results),
    registry,
    ...(releasesUri === undefined ? {} : { releasesUri: absoluteUri(releasesUri, cwd) }),
    keepCluster: flags.keepCluster,
    builder: flags.builder ?? 'auto',
    attest: flags.attest ?? true,
    ...(flags.redact === undefined || flags.redact.length === 0 ? {} : { secretNames: flags.redact }),
  };
}

/** The sandbox brings registry and bucket of its own, so those of the environment are not meant. */
function ownClouds(provider: ProviderName, env: Env, name: string): string | undefined {
  return provider === 'sandbox' ? undefined : env[name];
}

function localJob(job: string, buildId: string): ProwJobInfo {
  return { type: 'periodic', job, buildId, decorated: false, warnings: [] };
}

/**
 * Under Prow's own sidecar, files in `$ARTIFACTS` are what is uploaded: the run's directory is
 * the folder above, so that `artifacts/` of the layout is that folder.
 */
function runUriOf(job: ProwJobInfo, resultsUri: string, asked: string | undefined): string {
  if (asked === undefined && job.decorated && job.artifactsDir !== undefined) {
    return pathToFileURL(dirname(resolve(job.artifactsDir))).href;
  }
  return joinUri(resultsUri, resultPaths(job).runDir);
}

/** Folder of results that a flag names, or the usual one; absolute. */
export function resultsUriOf(flag: string | undefined, cwd: string): string {
  return absoluteUri(flag ?? DEFAULT_RESULTS, cwd);
}

/** `file://./x` is relative to the working directory; every reader after this gets it absolute. */
function absoluteUri(uri: string, cwd: string): string {
  const path = /^file:\/\/(?<path>\.{1,2}(?:\/.*)?)$/.exec(uri)?.groups?.['path'];
  return path === undefined ? uri.replace(/\/+$/, '') : pathToFileURL(resolve(cwd, path)).href;
}

async function findSource(dir: string, flags: Pick<TrialFlags, 'repo' | 'commit'>): Promise<TrialSource> {
  const top = await execa('git', ['rev-parse', '--show-toplevel'], { cwd: dir, reject: false });
  if (top.failed) {
    throw new RunnerError('NOT_A_REPOSITORY', `${dir} is not in a Git repository`, {
      hint: 'Run git init and commit what is to be tried; a trial is of a commit.',
    });
  }
  const head = await execa('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: dir, reject: false });
  if (head.failed) {
    throw new RunnerError('NOT_A_REPOSITORY', `the repository ${top.stdout} has no commit yet`, {
      hint: 'Commit what is to be tried.',
    });
  }
  return {
    repo: flags.repo ?? top.stdout,
    revision: flags.commit ?? head.stdout,
    commit: flags.commit,
    configFolder: relative(top.stdout, dir).split(sep).join('/'),
  };
}

/** Folder that a run's logs can be written in directly, when its results are on this machine. */
export function localFolder(runUri: string, fallback: string): { readonly dir: string; readonly inPlace: boolean } {
  if (!runUri.startsWith('file://')) return { dir: join(fallback, 'logs'), inPlace: false };
  return { dir: decodeURIComponent(new URL(runUri).pathname), inPlace: true };
}
