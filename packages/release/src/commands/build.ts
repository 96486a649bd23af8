import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ContextOf, UsageError } from '@seatrial/cli';
import { chartVersion, readChart } from '@seatrial/helm';
import { newBuildId } from '@seatrial/prow';
import { buildRelease, type ReleaseRequest } from '../build-release.js';
import { ReleaseError } from '../errors.js';
import { type ImageSpec, planImages } from '../image/image-spec.js';
import { readSourceFacts } from '../image/source-labels.js';
import { imageTag } from '../image-tag.js';
import { type BuildInfo, formatBuildInfo } from '../records/build-info.js';
import { readLatestGreen } from '../records/latest-green.js';
import { findLatestRelease, moveLatestRelease } from '../records/latest-release.js';
import { findReleaseConfig } from '../release-config.js';
import { cloneSource, type CloneRequest, shortSha } from '../source/clone-source.js';
import { describeTree } from '../source/describe-tree.js';
import { fetchOptions, pullRefs } from './clone.js';
import type { buildFlags, buildFolderFlags, localFlags, newReleaseFlags, postsubmitFlags, prFlags } from './flags.js';
import { builderOf, logLines, repoOf, surroundingsOf } from './surroundings.js';

type BuildContext = ContextOf<typeof buildFlags>;

/** `build`: a work tree as it is. */
export async function build(context: ContextOf<typeof buildFolderFlags>): Promise<void> {
  printInfo(context, await buildFrom(context, resolve(context.cwd, context.flags['src-dir'])));
}

/** `local`: a local repository with its changes, in a checkout of its own. */
export async function local(context: ContextOf<typeof localFlags>): Promise<void> {
  const { cwd, signal, logger, flags } = context;
  const request = { repo: repoOf(flags.repo, cwd), includeChanges: true, signal, onLine: logLines(logger) };
  printInfo(context, await buildClone(context, request));
}

/** `pr`: a pull request merged into its base. */
export async function pr(context: ContextOf<typeof prFlags>): Promise<void> {
  printInfo(context, await buildClone(context, { ...fetchOptions(context), refs: pullRefs(context.flags) }));
}

/** `postsubmit`: a commit of a branch. */
export async function postsubmit(context: ContextOf<typeof postsubmitFlags>): Promise<void> {
  printInfo(context, await buildClone(context, { ...fetchOptions(context), commit: context.flags.commit }));
}

/** `build-new-release`: the newest commit that passed, if it is not the newest release; then makes it that. */
export async function buildNewRelease(context: ContextOf<typeof newReleaseFlags>): Promise<void> {
  const { flags, logger, clock } = context;
  const releasesUri = flags['releases-path'];
  if (releasesUri === undefined)
    throw new UsageError('--releases-path is needed: there the newest release is recorded');
  const store = surroundingsOf(context).store();
  const sha = await readLatestGreen(store, flags['latest-green']);
  const latest = await findLatestRelease(store, releasesUri);
  if (latest?.sha === sha) {
    logger.info('released already', { sha, target: latest.target });
    context.print(`${sha} is the newest release already: ${latest.target}`);
    return;
  }
  // Before the build: of two builds at once, the later one's id is larger.
  const buildId = newBuildId(clock, Math.random);
  const info = await buildClone(context, { ...fetchOptions(context), commit: sha });
  if (info?.chart.uri !== undefined) {
    const moved = await moveLatestRelease(store, {
      releasesUri,
      archive: info.chart.path,
      sha,
      target: info.chart.uri,
      buildId,
    });
    logger.info('latest_release.json', { moved: moved === 'moved', sha });
  } else if (info === undefined) {
    context.print(`would move ${releasesUri}/latest_release.json to ${sha}`);
  }
  printInfo(context, info);
}

async function buildClone(context: BuildContext, request: Omit<CloneRequest, 'dir'>): Promise<BuildInfo | undefined> {
  const work = await mkdtemp(join(tmpdir(), 'seatrial-release-'));
  try {
    const dir = join(work, 'source');
    // Also in a dry run: what would be built is in the commit, and a checkout in a temporary folder changes nothing.
    await cloneSource({ ...request, dir });
    return await buildFrom(context, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Builds the tree at `dir`; undefined in a dry run. */
async function buildFrom(context: BuildContext, dir: string): Promise<BuildInfo | undefined> {
  const { flags, cwd, signal, clock } = context;
  const tree = await describeTree(dir, { signal });
  if (tree.dirty && flags['require-clean']) {
    throw new ReleaseError('INVALID_OPTION', `${dir} has changes that are not committed`, {
      hint: 'Commit them, or leave --require-clean out.',
    });
  }
  const tag =
    flags['version-tag'] ?? imageTag({ dateMs: clock.now(), shortSha: shortSha(tree.sha), diffHash: tree.diffHash });
  const request = await requestOf(context, dir, { commit: tree.sha, tag });
  if (flags['dry-run']) {
    await dryRun(context, request);
    return undefined;
  }
  const { store, registries: openRegistries } = surroundingsOf(context);
  const registries = openRegistries(flags['insecure-registry']);
  const info = await buildRelease({
    ...request,
    source: await readSourceFacts(dir, { signal }),
    builder: await builderOf(context, registries),
    registries,
    store: store(),
    env: context.env,
    signal,
    onLine: logLines(context.logger),
  });
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
  const { images, tag, sourceDir, chart, releasesUri, outDir, push, latest, attest, commit } = request;
  const planned = planImages(images, request);
  const { name, version: base } = await readChart(join(sourceDir, chart.path));
  const version = chartVersion(base, tag);
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
  for (const each of planned) if (push === true && latest === true) context.print(`would move ${each.latest}`);
  context.print(`would package ${path}`);
  for (const { reference } of planned) {
    if (push === true && attest === true) context.print(`would attach SBOM and provenance to ${reference}`);
  }
  if (uri !== undefined) context.print(`would publish ${uri}`);
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

function printInfo(
  context: Pick<BuildContext, 'print' | 'printJson'> & { readonly flags: { readonly json: boolean } },
  info: BuildInfo | undefined,
): void {
  if (info === undefined) return;
  if (context.flags.json) context.printJson(info);
  else context.print(formatBuildInfo(info).trimEnd());
}
