import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ContextOf, makeOutputFolder, UsageError } from '@seatrial/cli';
import { buildRelease, type ReleaseRequest, type ReleaseServices } from '../build-release.js';
import { openChart } from '../chart/push-chart.js';
import type { ImageSpec } from '../image/image-spec.js';
import { readSourceFacts } from '../image/source-labels.js';
import { imageTag } from '../image-tag.js';
import { planRelease } from '../plan-release.js';
import { type BuildInfo, formatBuildInfo } from '../records/build-info.js';
import { findReleaseConfig } from '../release-config.js';
import { resumeRelease } from '../resume-release.js';
import { createRegistries } from '../registry/registries.js';
import { cloneSource, type CloneRequest, shortSha } from '../source/clone-source.js';
import { describeTree, requireCleanTree } from '../source/describe-tree.js';
import { fetchOptions, pullRefs } from './clone.js';
import type { buildFlags, buildFolderFlags, localFlags, postsubmitFlags, prFlags } from './flags.js';
import { builderOf, logLines, repoOf, surroundingsOf } from './surroundings.js';

/** Context of all commands that build. */
export type BuildContext = ContextOf<typeof buildFlags>;

/** `build`: a work tree as it is. */
export async function build(context: ContextOf<typeof buildFolderFlags>): Promise<void> {
  printInfo(context, await buildFrom(context, resolve(context.cwd, context.flags['src-dir'])));
}

/** `local`: a local repository with its changes, in a checkout of its own. */
export async function local(context: ContextOf<typeof localFlags>): Promise<void> {
  const { cwd, signal, logger, flags } = context;
  const clean = flags['require-clean'];
  const changes = clean ? { requireClean: true } : { includeChanges: true };
  const request = { repo: repoOf(flags.repo, cwd), ...changes, signal, onLine: logLines(logger) };
  printInfo(context, await buildClone(context, request));
}

/** `pr`: a pull request merged into its base. */
export async function pr(context: ContextOf<typeof prFlags>): Promise<void> {
  printInfo(context, await buildClone(context, { ...fetchOptions(context), refs: pullRefs(context.flags) }));
}

/** `postsubmit`: a commit of a branch. */
export async function postsubmit(context: ContextOf<typeof postsubmitFlags>): Promise<void> {
  const request = { ...fetchOptions(context), commit: context.flags.commit };
  printInfo(context, await buildClone(context, request, { resume: true }));
}

/** How a build differs from one that is made from scratch. */
export interface BuildVariation {
  /** Whether to go on with what an earlier build of the commit has published, instead of building. @default false */
  readonly resume?: boolean | undefined;
  readonly mayMoveLatest?: ReleaseServices['mayMoveLatest'];
}

/** Checks out and builds; undefined in a dry run. */
export async function buildClone(
  context: BuildContext,
  request: Omit<CloneRequest, 'dir'>,
  variation: BuildVariation = {},
): Promise<BuildInfo | undefined> {
  const work = await mkdtemp(join(tmpdir(), 'seatrial-release-'));
  try {
    const dir = join(work, 'source');
    // Also in a dry run: what would be built is in the commit, and a checkout in a temporary folder changes nothing.
    await cloneSource({ ...request, dir });
    return await buildFrom(context, dir, variation);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Builds the tree at `dir`; undefined in a dry run. */
async function buildFrom(
  context: BuildContext,
  dir: string,
  { resume = false, mayMoveLatest }: BuildVariation = {},
): Promise<BuildInfo | undefined> {
  const { flags, cwd, signal, clock } = context;
  if (flags['require-clean']) await requireCleanTree(dir, { signal });
  const tree = await describeTree(dir, { signal });
  const tag =
    flags['version-tag'] ?? imageTag({ dateMs: clock.now(), shortSha: shortSha(tree.sha), diffHash: tree.diffHash });
  const request = await requestOf(context, dir, { commit: tree.sha, tag });
  if (flags['dry-run']) {
    await dryRun(context, request);
    return undefined;
  }
  await makeOutputFolder(request.outDir);
  const { store, registries: openRegistries } = surroundingsOf(context);
  const registries = openRegistries(flags['insecure-registry']);
  const services = { registries, store: store(), signal, onLine: logLines(context.logger), mayMoveLatest };
  const builder = () => builderOf(context, registries);
  // Only what a commit alone decides: a changed tree or a tag by hand may hold anything.
  const source = await readSourceFacts(dir, { signal });
  const resumed =
    resume && !tree.dirty && flags['version-tag'] === undefined
      ? await resumeRelease({ ...request, ...services, source }, { builder })
      : undefined;
  const info =
    resumed ??
    (await buildRelease({
      ...request,
      ...services,
      source,
      builder: await builder(),
      env: context.env,
    }));
  await writeInfo(context, formatBuildInfo(info), cwd);
  return info;
}

async function requestOf(
  { flags, cwd }: BuildContext,
  dir: string,
  source: { readonly commit: string; readonly tag: string },
): Promise<ReleaseRequest> {
  const file = resolve(dir, flags.config);
  const config = await findReleaseConfig(file);
  const { images = [{}], chart = {} } = config ?? {};
  const needed = (value: string | undefined, flag: string): string => {
    if (value !== undefined) return value;
    throw new UsageError(
      `--${flag} is needed: ${config === undefined ? `there is no ${file}` : `${file} does not tell`}`,
    );
  };
  const single = ['image-name', 'context', 'dockerfile', 'target'] as const;
  const unclear = images.length > 1 ? single.find((name) => flags[name] !== undefined) : undefined;
  if (unclear !== undefined) {
    throw new UsageError(`--${unclear} is for one image, and ${file} has ${images.length}`);
  }
  return {
    ...source,
    sourceDir: dirname(file),
    registry: needed(flags.registry ?? config?.registry, 'registry'),
    releasesUri: flags['releases-path'] ?? config?.releases,
    chartRegistry: flags['chart-registry'] ?? config?.chartRegistry,
    images: images.map((image): ImageSpec => ({
      ...image,
      ...given({ dockerfile: flags.dockerfile, target: flags.target }),
      ...(flags.platform.length === 0 ? {} : { platforms: flags.platform }),
      context: flags.context ?? image.context ?? '.',
      name: needed(flags['image-name'] ?? image.name, 'image-name'),
      buildArgs: { ...image.buildArgs, ...flags['build-arg'] },
    })),
    chart: {
      ...chart,
      ...given({ imageValue: flags['image-value'] }),
      path: needed(flags.chart ?? chart.path, 'chart'),
    },
    outDir: resolve(cwd, flags['output-dir']),
    push: flags.push,
    latest: flags.latest,
    attest: flags.attest,
  };
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

async function dryRun(context: BuildContext, request: ReleaseRequest): Promise<void> {
  const { tag, sourceDir, releasesUri, chartRegistry, outDir, push, latest, attest, commit } = request;
  const { planned, name, version } = await planRelease(request);
  const path = join(outDir, `${name}-${version}.tgz`);
  const uri =
    push === true && releasesUri !== undefined
      ? `${releasesUri.replace(/\/+$/, '')}/${version}/${name}-${version}.tgz`
      : undefined;
  for (const { reference, spec } of planned) {
    for (const command of spec.prebuild ?? []) context.print(`would run ${command.join(' ')}`);
    const platforms = spec.platforms === undefined ? '' : ` for ${spec.platforms.join(', ')}`;
    context.print(`would build ${reference} from ${join(sourceDir, spec.context)}${platforms}`);
    if (push === true) context.print(`would push ${reference}`);
  }
  context.print(`would package ${path}`);
  for (const { reference } of planned) {
    if (push === true && attest === true) context.print(`would attach SBOM and provenance to ${reference}`);
  }
  if (uri !== undefined) context.print(`would publish ${uri}`);
  if (push === true && chartRegistry !== undefined) {
    const { uri: ociUri } = openChart(createRegistries({ clock: context.clock }), chartRegistry, { name, version });
    context.print(`would push ${ociUri}`);
    if (attest === true) context.print(`would attach SBOM and provenance to ${ociUri}`);
  }
  for (const each of planned) if (push === true && latest === true) context.print(`would move ${each.latest}`);
  const info = {
    image: planned[0].reference,
    images: planned.map(({ spec, reference }) => ({ name: spec.name, image: reference })),
    commit,
    tag,
    chart: { name, version, path, sha256: '', ...(uri === undefined ? {} : { uri }) },
  };
  await writeInfo(context, formatBuildInfo(info, { dryRun: true }), context.cwd);
}

async function writeInfo(context: BuildContext, text: string, cwd: string): Promise<void> {
  const path = context.flags['build-info-path'];
  if (path === undefined) return;
  const uri = path.includes('://') ? path : pathToFileURL(resolve(cwd, path)).href;
  await surroundingsOf(context).store().write(uri, text, { contentType: 'application/yaml' });
}

/** Prints `build_info.yaml`, or the same as JSON. */
export function printInfo(
  context: Pick<BuildContext, 'print' | 'printJson'> & { readonly flags: { readonly json: boolean } },
  info: BuildInfo | undefined,
): void {
  if (info === undefined) return;
  if (context.flags.json) context.printJson(info);
  else context.print(formatBuildInfo(info).trimEnd());
}
