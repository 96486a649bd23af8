import { anything, duration, fields, flag, integer, list, openFields, record, type Shape, text } from './decode.js';

/**
 * What the files of Prow's config hold.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/config/jobs.go
 */
const pull = openFields({ number: integer, author: text, sha: text, title: text, ref: text, head_ref: text });
const refs = fields({
  org: text,
  repo: text,
  repo_link: text,
  base_ref: text,
  base_sha: text,
  base_link: text,
  pulls: list(pull),
  path_alias: text,
  clone_uri: text,
  workdir: flag,
  auxiliary: flag,
  skip_submodules: flag,
  skip_fetch_head: flag,
  blobless_fetch: flag,
  clone_depth: integer,
  sparse_checkout_files: list(text),
});

// Of pods only what Prow looks at; Kubernetes checks the rest.
const variable = openFields({ name: text, value: text });
const mount = openFields({ name: text, mountPath: text });
const volume = openFields({ name: text });
const container = openFields({
  name: text,
  image: text,
  command: list(text),
  args: list(text),
  restartPolicy: text,
  env: list(variable),
  volumeMounts: list(mount),
});
const podSpec = openFields({
  containers: list(container),
  initContainers: list(container),
  volumes: list(volume),
  tolerations: list(anything),
});

const gcsConfiguration = fields({
  bucket: text,
  path_prefix: text,
  path_strategy: text,
  default_org: text,
  default_repo: text,
  mediaTypes: record(text),
  job_url_prefix: text,
  local_output_dir: text,
  compress_file_types: list(text),
});
const decoration = fields({
  timeout: duration,
  grace_period: duration,
  utility_images: record(text),
  resources: anything,
  gcs_configuration: gcsConfiguration,
  gcs_credentials_secret: text,
  s3_credentials_secret: text,
  default_service_account_name: text,
  ssh_key_secrets: list(text),
  ssh_host_fingerprints: list(text),
  blobless_fetch: flag,
  sparse_checkout_files: list(text),
  skip_cloning: flag,
  cookiefile_secret: text,
  oauth_token_secret: fields({ name: text, key: text }),
  github_api_endpoints: list(text),
  github_app_id: text,
  github_app_private_key_secret: fields({ name: text, key: text }),
  censor_secrets: flag,
  censoring_options: anything,
  upload_ignores_interrupts: flag,
  set_limit_equals_memory_request: flag,
  default_memory_request: text,
  scheduling_options: anything,
  pod_pending_timeout: duration,
  pod_running_timeout: duration,
  pod_unscheduled_timeout: duration,
  run_as_user: integer,
  run_as_group: integer,
  fs_group: integer,
});

const job = {
  name: text,
  labels: record(text),
  annotations: record(text),
  agent: text,
  cluster: text,
  namespace: text,
  max_concurrency: integer,
  error_on_eviction: flag,
  spec: podSpec,
  pipeline_run_spec: anything,
  tekton_pipeline_run_spec: anything,
  reporter_config: openFields({}),
  rerun_auth_config: openFields({ allow_anyone: flag }),
  hidden: flag,
  prowjob_defaults: openFields({ tenant_id: text }),
  job_queue_name: text,
  decorate: flag,
  decoration_config: decoration,
  path_alias: text,
  clone_uri: text,
  skip_submodules: flag,
  clone_depth: integer,
  skip_fetch_head: flag,
  extra_refs: list(refs),
};
const branchJob = {
  ...job,
  always_run: flag,
  branches: list(text),
  skip_branches: list(text),
  run_if_changed: text,
  skip_if_only_changed: text,
  context: text,
  skip_report: flag,
  jenkins_spec: anything,
};
const presubmit = fields({
  ...branchJob,
  optional: flag,
  trigger: text,
  rerun_command: text,
  run_before_merge: flag,
});
const postsubmit = fields(branchJob);
const periodic = fields({
  ...job,
  interval: text,
  minimum_interval: text,
  cron: text,
  tags: list(text),
  retry: fields({ attempts: integer, interval: text, run_all: flag }),
});
const preset = fields({
  labels: record(text),
  env: list(variable),
  volumes: list(volume),
  volumeMounts: list(mount),
  tolerations: list(anything),
});

const jobLists = {
  presets: list(preset),
  presubmits: record(list(presubmit)),
  postsubmits: record(list(postsubmit)),
  periodics: list(periodic),
  prow_ignored: anything,
};

/** A file of job configs. */
export const jobConfigShape: Shape = fields({ ...jobLists, decorate_all_jobs: flag });

/** Prow's main config. What it says of other components is not looked at. */
export const mainConfigShape: Shape = openFields({
  ...jobLists,
  decorate_all_jobs: flag,
  pod_namespace: text,
  prowjob_namespace: text,
  plank: openFields({
    default_decoration_config_entries: list(openFields({ repo: text, cluster: text, config: decoration })),
    default_decoration_configs: record(decoration),
    job_queue_capacities: record(integer),
    job_url_prefix_config: record(text),
  }),
});
