import { defineFlags } from '@seatrial/cli';

const repo = { type: 'string', description: 'path, URL, or owner/name on GitHub', default: '.' } as const;
const commit = { type: 'string', description: 'commit, branch or tag', placeholder: 'rev' } as const;
const submodules = { type: 'boolean', description: 'check submodules out too', default: false } as const;
const depth = { type: 'number', description: 'commits of history to fetch from a URL', integer: true, min: 1 } as const;
const filter = { type: 'string', description: 'filter of a partial clone, such as blob:none' } as const;
const sourceDir = {
  type: 'string',
  description: 'folder to check out into',
  default: './source',
  aliases: ['dir'],
  placeholder: 'dir',
} as const;
const latestGreen = {
  type: 'string',
  description: 'URI of latest_green.json',
  required: true,
  placeholder: 'uri',
} as const;
const pull = {
  pr: { type: 'number', description: 'number of the pull request', required: true, integer: true, min: 1 },
  'pr-commit': { type: 'string', description: 'commit of the pull request', aliases: ['commit'], placeholder: 'sha' },
  'base-ref': { type: 'string', description: 'branch to merge it into; the default branch when left out' },
  head: { type: 'boolean', description: 'check the pull request out as pushed, without merging it', default: false },
} as const;

const fetching = { repo, submodules, depth, filter } as const;

const requireClean = {
  type: 'boolean',
  description: 'refuse a local repository with changes, which would stay behind',
  default: false,
} as const;
const cloning = { ...fetching, 'src-dir': sourceDir, 'require-clean': requireClean } as const;

export const clonePrFlags = defineFlags({ ...cloning, ...pull });
export const clonePostsubmitFlags = defineFlags({ ...cloning, commit });
export const cloneLastGreenFlags = defineFlags({ ...cloning, 'latest-green': latestGreen });

/** What to build and where to put it. Flags that are on by default are shown as `--no-…`, so that is what they tell of. */
export const buildFlags = defineFlags({
  config: {
    type: 'string',
    description: 'seatrial.yaml with image and chart, relative to the source',
    default: 'seatrial.yaml',
    placeholder: 'file',
  },
  registry: { type: 'string', env: 'SEATRIAL_REGISTRY', description: 'registry and path to push the image below' },
  'releases-path': {
    type: 'string',
    env: 'SEATRIAL_RELEASES',
    description: 'where the chart is published (gs:// or file://); nowhere when left out',
    aliases: ['releases'],
    placeholder: 'uri',
  },
  'chart-registry': {
    type: 'string',
    env: 'SEATRIAL_CHART_REGISTRY',
    description: 'OCI registry that the chart is pushed to as well, oci://host/path; none when left out',
    placeholder: 'oci',
  },
  'image-name': { type: 'string', description: 'repository of the image below the registry' },
  context: { type: 'string', description: 'build context', placeholder: 'dir' },
  dockerfile: { type: 'string', description: 'Dockerfile, relative to the context', placeholder: 'file' },
  target: { type: 'string', description: 'stage to build' },
  'build-arg': { type: 'pairs', description: 'value of an ARG instruction' },
  platform: {
    type: 'strings',
    description: "such as linux/amd64,linux/arm64: an index of these; the engine's own when left out",
    placeholder: 'os/arch',
  },
  builder: {
    type: 'string',
    description: 'what builds: an engine as it likes best, else Cloud Build where there is a project',
    choices: ['auto', 'docker', 'buildkit', 'cloudbuild'],
    default: 'auto',
  },
  project: { type: 'string', env: 'CLOUDSDK_CORE_PROJECT', description: 'Google Cloud project of Cloud Build' },
  'build-bucket': {
    type: 'string',
    description: 'bucket for what Cloud Build builds and writes; <project>_cloudbuild when left out',
    placeholder: 'name',
  },
  'build-region': { type: 'string', description: 'region of Cloud Build', default: 'global' },
  chart: { type: 'string', description: 'folder of the chart', placeholder: 'dir' },
  'image-value': { type: 'string', description: 'dotted path of the value that holds the image', placeholder: 'path' },
  'insecure-registry': {
    type: 'strings',
    description: 'registry that is spoken to without TLS, besides those on loopback',
    placeholder: 'host',
  },
  'version-tag': { type: 'string', description: 'tag of the image, instead of vYYYYMMDD-<commit>' },
  push: { type: 'boolean', description: 'push no image and publish no chart', default: true },
  latest: { type: 'boolean', description: 'leave the tag :latest where it is', default: true },
  attest: {
    type: 'boolean',
    description: 'attach no SBOM and no SLSA provenance to images and chart that are pushed',
    default: true,
  },
  'require-clean': { type: 'boolean', description: 'refuse a work tree with changes', default: false },
  'output-dir': {
    type: 'string',
    description: 'folder for the packaged chart and build_info.yaml',
    default: './release',
    placeholder: 'dir',
  },
  'build-info-path': {
    type: 'string',
    description: 'where build_info.yaml is written too (a path or URI)',
    placeholder: 'uri',
  },
  'dry-run': {
    type: 'boolean',
    description: 'print what would be done, and do nothing',
    aliases: ['dryrun'],
    default: false,
  },
});

export const buildFolderFlags = defineFlags({
  ...buildFlags,
  'src-dir': { type: 'string', description: 'work tree to build, as it is', default: '.', placeholder: 'dir' },
});
export const localFlags = defineFlags({ ...buildFlags, repo });
export const prFlags = defineFlags({ ...buildFlags, ...fetching, ...pull });
export const postsubmitFlags = defineFlags({ ...buildFlags, ...fetching, commit });
export const newReleaseFlags = defineFlags({ ...buildFlags, ...fetching, 'latest-green': latestGreen });

const seconds = { type: 'number', placeholder: 'seconds' } as const;
/** {@link newReleaseFlags}, and how often. */
export const watchFlags = defineFlags({
  ...newReleaseFlags,
  interval: { ...seconds, description: 'seconds between two looks', default: 300, min: 1 },
  jitter: { type: 'number', description: 'part of a pause that chance adds or takes, 0 to 1', default: 0.1, min: 0 },
  'max-backoff': { ...seconds, description: 'longest pause after failures, in seconds', default: 3_600, min: 1 },
  'attempt-timeout': { ...seconds, description: 'seconds that one release may take', default: 7_200, min: 1 },
});
