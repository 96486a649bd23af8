import type { ConfiguredJob, ProwConfig } from '../../config/job-config.js';

/** Commits of the examples. */
export const baseSha = '1'.repeat(40);
export const headSha = '2'.repeat(40);

const position = { file: 'jobs.yaml', line: 1, column: 1 };
const builder = (target: string) => ({ containers: [{ command: ['make', target], image: 'builder:3' }] });

/** A decorated presubmit, as it is after loading. */
export const presubmit = {
  type: 'presubmit',
  repo: 'acme/widgets',
  position,
  job: {
    name: 'pull-widgets-unit',
    agent: 'kubernetes',
    cluster: 'default',
    namespace: 'test-pods',
    context: 'pull-widgets-unit',
    trigger: '(?m)^/test( | .* )pull-widgets-unit,?($|\\s.*)',
    rerun_command: '/test pull-widgets-unit',
    annotations: { 'testgrid-dashboards': 'acme-presubmits' },
    decorate: true,
    decoration_config: {
      timeout: '2h',
      grace_period: '15m',
      gcs_configuration: { bucket: 'gs://ci-logs', path_strategy: 'explicit' },
      utility_images: {
        clonerefs: 'utils/clonerefs:v1',
        initupload: 'utils/initupload:v1',
        entrypoint: 'utils/entrypoint:v1',
        sidecar: 'utils/sidecar:v1',
      },
    },
    spec: { containers: [{ image: 'node:22', command: ['npm', 'test'] }] },
  },
} as const satisfies ConfiguredJob;

/** An undecorated postsubmit, as it is after loading. */
export const postsubmit = {
  type: 'postsubmit',
  repo: 'acme/widgets',
  position,
  job: {
    name: 'post-widgets-push',
    agent: 'kubernetes',
    cluster: 'default',
    namespace: 'test-pods',
    context: 'post-widgets-push',
    spec: builder('push'),
  },
} as const satisfies ConfiguredJob;

/** A periodic with an extra ref, as it is after loading. */
export const periodic = {
  type: 'periodic',
  position,
  job: {
    name: 'ci-widgets-nightly',
    agent: 'kubernetes',
    cluster: 'default',
    namespace: 'test-pods',
    interval: '24h',
    extra_refs: [{ org: 'acme', repo: 'widgets', base_ref: 'main' }],
    spec: builder('e2e'),
  },
} as const satisfies ConfiguredJob;

/** A config of the jobs above. */
export const config: ProwConfig = {
  podNamespace: 'test-pods',
  prowJobNamespace: 'default',
  plank: {},
  jobs: [presubmit, postsubmit, periodic],
};
