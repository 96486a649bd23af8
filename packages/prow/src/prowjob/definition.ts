import { jobTypes } from '../job.js';
import { prowJobStates } from './prow-job.js';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const count = { type: 'integer', format: 'int64' } as const;
const flag = { type: 'boolean' } as const;
// Left open where the fields are Kubernetes' own, or newer Prows have more of them.
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;

const pull = {
  ...open,
  required: ['number', 'sha'],
  properties: {
    number: count,
    sha: text,
    author: text,
    title: text,
    ref: { ...text, description: 'What to fetch where it is not pull/<number>/head.' },
    head_ref: { ...text, description: "Name of the branch in the author's repository." },
    link: text,
    commit_link: text,
    author_link: text,
  },
} as const;

const refs = {
  ...open,
  description: 'What to check out.',
  required: ['org', 'repo'],
  properties: {
    org: text,
    repo: text,
    repo_link: text,
    base_ref: text,
    base_sha: text,
    base_link: text,
    pulls: { type: 'array', description: 'Pull requests that are merged into the base, in order.', items: pull },
    path_alias: { ...text, description: 'Folder below GOPATH/src, where it is not the address of the repository.' },
    clone_uri: text,
    workdir: flag,
    auxiliary: flag,
    skip_submodules: flag,
    skip_fetch_head: flag,
    blobless_fetch: flag,
    clone_depth: count,
    sparse_checkout_files: { type: 'array', items: text },
  },
} as const;

const spec = {
  ...open,
  description: 'What to run.',
  required: ['type', 'job'],
  properties: {
    type: { ...text, enum: jobTypes },
    job: { ...text, minLength: 1, description: 'Name of the job in the config.' },
    agent: { ...text, description: 'Controller that runs it, kubernetes in most cases.' },
    cluster: { ...text, description: 'Alias of the cluster that the pod runs in.' },
    namespace: { ...text, description: 'Namespace of the pod.' },
    context: { ...text, description: 'Context of the status on GitHub.' },
    report: { ...flag, description: 'Whether the result is reported.' },
    rerun_command: { ...text, description: 'Comment that runs it again.' },
    max_concurrency: { ...count, minimum: 0, description: 'How many of this job may run at once; 0 is any number.' },
    error_on_eviction: flag,
    hidden: flag,
    job_queue_name: text,
    refs,
    extra_refs: { type: 'array', description: 'Further repositories to check out.', items: refs },
    pod_spec: { ...open, description: 'The pod, as in Kubernetes.' },
    decoration_config: { ...open, description: 'Settings of the utilities that fetch sources and upload results.' },
    reporter_config: open,
    rerun_auth_config: open,
    prowjob_defaults: open,
    jenkins_spec: open,
    pipeline_run_spec: open,
    tekton_pipeline_run_spec: open,
  },
} as const;

const status = {
  ...open,
  description: 'How far it is. There is no status subresource: it is given when the object is created.',
  required: ['state'],
  properties: {
    state: { ...text, enum: prowJobStates },
    startTime: time,
    pendingTime: { ...time, description: 'When the pod was created.' },
    completionTime: time,
    description: text,
    url: { ...text, description: 'Page with logs and results.' },
    pod_name: text,
    build_id: text,
    jenkins_build_id: text,
    pod_revival_count: count,
    prev_report_states: { type: 'object', additionalProperties: text },
  },
  // A job that was aborted gets its completionTime later, from the controller that stops the pod.
  anyOf: [
    { not: { properties: { state: { enum: ['success', 'failure', 'error'] } } } },
    { required: ['completionTime'] },
  ],
} as const;

const column = (name: string, jsonPath: string, description: string, type: 'string' | 'date' = 'string') => ({
  name,
  type,
  jsonPath,
  description,
});

/**
 * The definition of ProwJobs, to install in a cluster that has no Prow: structural, with the rules that Prow's own enforces,
 * and open for fields it does not know.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/config/prow/cluster/prowjob-crd
 */
export const prowJobDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'prowjobs.prow.k8s.io',
    // Groups below k8s.io are only served with a link to their approval.
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/test-infra/pull/8669' },
  },
  spec: {
    group: 'prow.k8s.io',
    names: { kind: 'ProwJob', listKind: 'ProwJobList', plural: 'prowjobs', singular: 'prowjob', shortNames: ['pj'] },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'One run of a job of Prow.',
            required: ['spec', 'status'],
            properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status },
          },
        },
        additionalPrinterColumns: [
          column('Job', '.spec.job', 'Name of the job.'),
          column('BuildId', '.status.build_id', 'Id of the build.'),
          column('Type', '.spec.type', 'Kind of job.'),
          column('Org', '.spec.refs.org', 'Organisation of the repository.'),
          column('Repo', '.spec.refs.repo', 'Repository.'),
          column('Pulls', '.spec.refs.pulls[*].number', 'Pull requests.'),
          column('StartTime', '.status.startTime', 'When it started.', 'date'),
          column('CompletionTime', '.status.completionTime', 'When it ended.', 'date'),
          column('State', '.status.state', 'How far it is.'),
        ],
      },
    ],
  },
} as const;
