import type { JobType } from '../job.js';
import { isDecorated } from './defaults.js';
import type { Container, DecorationConfig, JobBase, PodSpec } from './job-config.js';
import type { Fault } from './validate-job.js';

const UTILITY_CONTAINERS = ['clonerefs', 'initupload', 'place-entrypoint', 'sidecar'];
const UTILITY_MOUNTS = ['logs', 'code', 'tools'];
const CREDENTIAL_VOLUMES = ['gcs-credentials', 's3-credentials'];
const UTILITY_PATHS = ['/logs', '/home/prow/go', '/tools'];

const EVERY_JOB = ['CI', 'JOB_NAME', 'JOB_TYPE', 'JOB_SPEC', 'BUILD_ID', 'PROW_JOB_ID', 'BUILD_NUMBER'];
const WITH_REFS = ['REPO_OWNER', 'REPO_NAME', 'SRC_HOST', 'SRC_BASE', 'PULL_BASE_REF', 'PULL_BASE_SHA', 'PULL_REFS'];
const WITH_PULL = ['PULL_NUMBER', 'PULL_PULL_SHA', 'PULL_HEAD_REF', 'PULL_TITLE'];
const reserved: Readonly<Record<JobType, readonly string[]>> = {
  periodic: EVERY_JOB,
  postsubmit: [...EVERY_JOB, ...WITH_REFS],
  batch: [...EVERY_JOB, ...WITH_REFS],
  presubmit: [...EVERY_JOB, ...WITH_REFS, ...WITH_PULL],
};

/** All that is wrong with the pod of a job. */
export function findPodFaults(type: JobType, job: JobBase, spec: PodSpec): readonly Fault[] {
  const containers = spec.containers ?? [];
  return [
    ...findInitFaults(spec),
    ...findContainerFaults(containers, isDecorated(job)),
    ...containers.flatMap((container, at) => findVariableFaults(type, container, at)),
    ...findVolumeFaults(spec, job.decoration_config),
    ...containers.flatMap((container, at) => findMountFaults(container, at, spec, job.decoration_config)),
  ];
}

function findInitFaults({ initContainers = [] }: PodSpec): readonly Fault[] {
  return initContainers.flatMap(({ restartPolicy }, at) =>
    restartPolicy === 'Always'
      ? []
      : [
          {
            code: 'POD-INIT',
            message: 'init containers are not for jobs, unless they are sidecars',
            hint: 'Set restartPolicy: Always, or do this step in the container itself.',
            path: ['spec', 'initContainers', at],
          },
        ],
  );
}

function findContainerFaults(containers: readonly Container[], decorated: boolean): readonly Fault[] {
  if (containers.length === 0) {
    return [{ code: 'POD-COUNT', message: 'the pod has no container', path: ['spec', 'containers'] }];
  }
  if (containers.length === 1) return [];
  if (!decorated) {
    return [
      {
        code: 'POD-COUNT',
        message: `${containers.length} containers, but only a decorated job may have several`,
        hint: 'Set decorate: true, or leave one container.',
        path: ['spec', 'containers'],
      },
    ];
  }
  const seen = new Set<string>();
  return containers.flatMap(({ name = '' }, at) => {
    const why =
      name === ''
        ? 'has no name'
        : UTILITY_CONTAINERS.includes(name)
          ? `has the name of Prow's own ${name}`
          : seen.has(name)
            ? `has the name of another, ${name}`
            : undefined;
    seen.add(name);
    return why === undefined
      ? []
      : [{ code: 'POD-NAMES' as const, message: `container ${at} ${why}`, path: ['spec', 'containers', at, 'name'] }];
  });
}

function findVariableFaults(type: JobType, { env = [] }: Container, container: number): readonly Fault[] {
  const seen = new Set<string>();
  return env.flatMap(({ name }, at) => {
    const why = reserved[type].includes(name)
      ? `is set by Prow itself for a ${type}`
      : seen.has(name)
        ? 'is set twice'
        : undefined;
    seen.add(name);
    const path = ['spec', 'containers', container, 'env', at];
    return why === undefined ? [] : [{ code: 'ENV' as const, message: `the variable ${name} ${why}`, path }];
  });
}

function findVolumeFaults({ volumes = [] }: PodSpec, decoration: DecorationConfig | undefined): readonly Fault[] {
  const taken = [...UTILITY_MOUNTS, ...CREDENTIAL_VOLUMES, ...secretsOf(decoration)];
  const seen = new Set<string>();
  return volumes.flatMap(({ name }, at) => {
    const why = taken.includes(name)
      ? "has the name of one of Prow's own"
      : seen.has(name)
        ? 'is there twice'
        : undefined;
    seen.add(name);
    return why === undefined
      ? []
      : [{ code: 'VOLUME' as const, message: `the volume ${name} ${why}`, path: ['spec', 'volumes', at] }];
  });
}

function findMountFaults(
  { volumeMounts = [] }: Container,
  container: number,
  { volumes = [] }: PodSpec,
  decoration: DecorationConfig | undefined,
): readonly Fault[] {
  const known = [
    ...volumes.map(({ name }) => name),
    ...UTILITY_MOUNTS,
    ...CREDENTIAL_VOLUMES,
    ...secretsOf(decoration),
  ];
  return volumeMounts.flatMap(({ name, mountPath }, at) => {
    const path = ['spec', 'containers', container, 'volumeMounts', at];
    const why = [
      ...(UTILITY_MOUNTS.includes(name) ? [`mounts ${name}, which is Prow's own`] : []),
      ...(known.includes(name) ? [] : [`mounts ${name}, and there is no such volume`]),
      ...(UTILITY_PATHS.includes(mountPath) ? [`mounts ${name} at ${mountPath}, where Prow mounts its own`] : []),
    ];
    return why.map((one) => ({ code: 'MOUNT' as const, message: `container ${container} ${one}`, path }));
  });
}

function secretsOf(decoration: DecorationConfig | undefined): readonly string[] {
  const { oauth_token_secret: oauth, ssh_key_secrets: ssh } = (decoration ?? {}) as {
    readonly oauth_token_secret?: { readonly name?: string };
    readonly ssh_key_secrets?: readonly string[];
  };
  return [...(oauth?.name === undefined ? [] : [oauth.name]), ...(ssh ?? [])];
}
