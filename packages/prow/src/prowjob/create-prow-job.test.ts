import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { ConfiguredJob } from '../config/job-config.js';
import { createProwJob } from './create-prow-job.js';
import { formatYaml } from './format-prow-job.js';
import { baseSha, headSha, periodic, postsubmit, presubmit } from './__fixtures__/configured-jobs.js';

const options = {
  newId: () => '6f0c1f0e-5d2b-4b8e-9a57-0d3f6a1c2b11',
  startTimeMs: Date.parse('2026-08-01T12:00:00.987Z'),
};
const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: baseSha };
const withJob = (changes: object) => ({ ...presubmit, job: { ...presubmit.job, ...changes } }) as ConfiguredJob;

describe(createProwJob, () => {
  it('makes a decorated presubmit', async () => {
    const pulls = [{ author: 'ada', number: 7, sha: headSha }];
    expect(await formatYaml(createProwJob(presubmit, { ...options, refs: { ...refs, pulls } }))).toBe(
      `apiVersion: prow.k8s.io/v1
kind: ProwJob
metadata:
  annotations:
    prow.k8s.io/context: pull-widgets-unit
    prow.k8s.io/job: pull-widgets-unit
    testgrid-dashboards: acme-presubmits
  labels:
    created-by-prow: "true"
    prow.k8s.io/context: pull-widgets-unit
    prow.k8s.io/job: pull-widgets-unit
    prow.k8s.io/refs.base_ref: main
    prow.k8s.io/refs.org: acme
    prow.k8s.io/refs.pull: "7"
    prow.k8s.io/refs.repo: widgets
    prow.k8s.io/type: presubmit
  name: 6f0c1f0e-5d2b-4b8e-9a57-0d3f6a1c2b11
spec:
  agent: kubernetes
  cluster: default
  context: pull-widgets-unit
  decoration_config:
    gcs_configuration:
      bucket: gs://ci-logs
      path_strategy: explicit
    grace_period: 15m0s
    timeout: 2h0m0s
    utility_images:
      clonerefs: utils/clonerefs:v1
      entrypoint: utils/entrypoint:v1
      initupload: utils/initupload:v1
      sidecar: utils/sidecar:v1
  job: pull-widgets-unit
  namespace: test-pods
  pod_spec:
    containers:
    - command:
      - npm
      - test
      image: node:22
      name: ""
      resources: {}
  prowjob_defaults:
    tenant_id: GlobalDefaultID
  refs:
    base_ref: main
    base_sha: "1111111111111111111111111111111111111111"
    org: acme
    pulls:
    - author: ada
      number: 7
      sha: "2222222222222222222222222222222222222222"
    repo: widgets
  report: true
  rerun_command: /test pull-widgets-unit
  type: presubmit
status:
  startTime: "2026-08-01T12:00:00Z"
  state: triggered
`,
    );
  });

  it('makes an undecorated postsubmit of a branch with a slash', async () => {
    const job = createProwJob(postsubmit, {
      ...options,
      newId: () => '0b6f6a52-92a9-4d0c-8a0e-7c1a5f0e3d22',
      refs: { ...refs, base_ref: 'release/1.2' },
    });
    expect(await formatYaml(job)).toBe(
      `apiVersion: prow.k8s.io/v1
kind: ProwJob
metadata:
  annotations:
    prow.k8s.io/context: post-widgets-push
    prow.k8s.io/job: post-widgets-push
  labels:
    created-by-prow: "true"
    prow.k8s.io/context: post-widgets-push
    prow.k8s.io/job: post-widgets-push
    prow.k8s.io/refs.base_ref: "1.2"
    prow.k8s.io/refs.org: acme
    prow.k8s.io/refs.repo: widgets
    prow.k8s.io/type: postsubmit
  name: 0b6f6a52-92a9-4d0c-8a0e-7c1a5f0e3d22
spec:
  agent: kubernetes
  cluster: default
  context: post-widgets-push
  job: post-widgets-push
  namespace: test-pods
  pod_spec:
    containers:
    - command:
      - make
      - push
      image: builder:3
      name: ""
      resources: {}
  prowjob_defaults:
    tenant_id: GlobalDefaultID
  refs:
    base_ref: release/1.2
    base_sha: "1111111111111111111111111111111111111111"
    org: acme
    repo: widgets
  report: true
  type: postsubmit
status:
  startTime: "2026-08-01T12:00:00Z"
  state: triggered
`,
    );
  });

  it('makes a periodic with one extra ref', async () => {
    const job = createProwJob(periodic, {
      newId: () => 'd2a4f1c7-3e6b-4f2a-b1d9-5e8c7b6a4f33',
      startTimeMs: Date.parse('2026-08-01T02:00:00Z'),
    });
    expect(await formatYaml(job)).toBe(
      `apiVersion: prow.k8s.io/v1
kind: ProwJob
metadata:
  annotations:
    prow.k8s.io/context: ""
    prow.k8s.io/job: ci-widgets-nightly
  labels:
    created-by-prow: "true"
    prow.k8s.io/context: ""
    prow.k8s.io/job: ci-widgets-nightly
    prow.k8s.io/refs.base_ref: main
    prow.k8s.io/refs.org: acme
    prow.k8s.io/refs.repo: widgets
    prow.k8s.io/type: periodic
  name: d2a4f1c7-3e6b-4f2a-b1d9-5e8c7b6a4f33
spec:
  agent: kubernetes
  cluster: default
  extra_refs:
  - base_ref: main
    org: acme
    repo: widgets
  job: ci-widgets-nightly
  namespace: test-pods
  pod_spec:
    containers:
    - command:
      - make
      - e2e
      image: builder:3
      name: ""
      resources: {}
  prowjob_defaults:
    tenant_id: GlobalDefaultID
  report: true
  type: periodic
status:
  startTime: "2026-08-01T02:00:00Z"
  state: triggered
`,
    );
  });

  it('writes nothing that YAML reads as another value', async () => {
    const job = createProwJob(presubmit, { ...options, refs: { ...refs, base_sha: '1e5' } });
    expect(parse(await formatYaml(job))).toMatchObject({ spec: { refs: { base_sha: '1e5' } } });
  });

  it("gives the primary refs the job's clone settings, the extra refs only blobless fetches", () => {
    const clone = { path_alias: 'k8s.io/widgets', clone_uri: 'https://git.test/w.git', clone_depth: 1 };
    const skip = { skip_submodules: true, skip_fetch_head: true };
    const decoration_config = { blobless_fetch: true, sparse_checkout_files: ['src'] };
    const extra_refs = [
      { org: 'acme', repo: 'tools', workdir: false, base_sha: '', clone_depth: 0 },
      { org: 'acme', repo: 'big', blobless_fetch: false },
    ];
    const { spec } = createProwJob(withJob({ ...clone, ...skip, decoration_config, extra_refs }), { ...options, refs });
    expect(spec.refs).toEqual({ ...refs, ...clone, ...skip, ...decoration_config });
    expect(spec.extra_refs).toEqual([{ org: 'acme', repo: 'tools', blobless_fetch: true }, extra_refs[1]]);
  });

  it('leaves refs as they are where the job says nothing', () => {
    const own = { ...refs, clone_depth: 5, path_alias: 'own' };
    const { spec } = createProwJob(withJob({ clone_depth: 0, path_alias: '' }), { ...options, refs: own });
    expect(spec.refs).toEqual(own);
  });

  it.each([
    ['no states', { job_states_to_report: [] }, false],
    ['some states', { job_states_to_report: ['failure'] }, true],
    ['nothing said', {}, true],
    ['an explicit no', { report: false, job_states_to_report: ['failure'] }, false],
  ])('says whether to report to Slack: %s', (_what, slack, report) => {
    const { spec } = createProwJob(withJob({ reporter_config: { slack } }), { ...options, refs });
    expect(spec['reporter_config']).toEqual({ slack: { ...slack, report } });
  });

  it.each([
    ['skip_report', { skip_report: true }, { report: false }],
    ['an own context', { context: 'unit' }, { context: 'unit' }],
    ['an own tenant', { prowjob_defaults: { tenant_id: 'acme' } }, { prowjob_defaults: { tenant_id: 'acme' } }],
    ['a limit of concurrency', { max_concurrency: 2, error_on_eviction: true, hidden: true }, { max_concurrency: 2 }],
    ['nanoseconds', { decoration_config: { timeout: 90e9 } }, { decoration_config: { timeout: '1m30s' } }],
  ])('takes over %s', (_what, changes, expected) => {
    expect(createProwJob(withJob(changes), { ...options, refs }).spec).toMatchObject(expected);
  });

  it('writes amounts and variables of containers as Kubernetes does', () => {
    const limits = { cpu: 1, memory: '2048Mi', 'nvidia.com/gpu': 1 };
    const container = {
      image: 'a',
      resources: { limits },
      env: [
        { name: 'A', value: '' },
        { name: 'B', value: '1' },
      ],
    };
    const volumes = [
      { name: 'tmp', emptyDir: { sizeLimit: '1024Mi' } },
      { name: 'any', emptyDir: {} },
    ];
    const decoration_config = {
      resources: { sidecar: { requests: { cpu: '1000m' } } },
      default_memory_request: '4096Mi',
    };
    const { spec } = createProwJob(
      withJob({ decoration_config, spec: { containers: [container], initContainers: [{ image: 'b' }], volumes } }),
      { ...options, refs },
    );
    expect(spec.pod_spec).toEqual({
      containers: [
        {
          image: 'a',
          name: '',
          resources: { limits: { cpu: '1', memory: '2Gi', 'nvidia.com/gpu': '1' } },
          env: [{ name: 'A' }, { name: 'B', value: '1' }],
        },
      ],
      initContainers: [{ image: 'b', name: '', resources: {} }],
      volumes: [
        { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'any', emptyDir: {} },
      ],
    });
    expect(spec.decoration_config).toEqual({
      resources: { sidecar: { requests: { cpu: '1' } } },
      default_memory_request: '4Gi',
    });
  });

  it('leaves out of a pod what is off by default', () => {
    const mounts = [{ name: 'a', mountPath: '/a', readOnly: false }];
    const containers = [{ image: 'a', tty: false, volumeMounts: mounts }];
    const spec = { hostNetwork: false, automountServiceAccountToken: false, containers };
    expect(createProwJob(withJob({ spec }), { ...options, refs }).spec.pod_spec).toEqual({
      automountServiceAccountToken: false,
      containers: [{ image: 'a', name: '', resources: {}, volumeMounts: [{ name: 'a', mountPath: '/a' }] }],
    });
  });

  it.each(['1d', '', 0.5])('names a duration that is none: %j', (timeout) => {
    const job = withJob({ decoration_config: { timeout } });
    const message = `decoration_config.timeout is not a duration: ${JSON.stringify(timeout)}`;
    expect(() => createProwJob(job, { ...options, refs })).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message, hint: expect.stringContaining('1h30m') }),
    );
  });

  it('starts in scheduling where Prow schedules', () => {
    expect(createProwJob(periodic, { ...options, state: 'scheduling' }).status.state).toBe('scheduling');
  });

  it('leaves the config untouched', () => {
    const before = structuredClone(presubmit);
    createProwJob(presubmit, { ...options, refs });
    expect(presubmit).toEqual(before);
  });
});
