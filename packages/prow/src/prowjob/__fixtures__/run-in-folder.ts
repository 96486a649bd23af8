import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForTest } from '@seatrial/cli/testing';
import { command } from '../../commands.js';

/** Prow's config and job configs of the examples, as people write them. */
export const configYaml = `
pod_namespace: test-pods
prowjob_namespace: prow
plank:
  default_decoration_config_entries:
  - config:
      timeout: 2h
      grace_period: 15m
      gcs_configuration: { bucket: gs://ci-logs, path_strategy: explicit }
      utility_images:
        clonerefs: utils/clonerefs:v1
        initupload: utils/initupload:v1
        entrypoint: utils/entrypoint:v1
        sidecar: utils/sidecar:v1
`;
export const jobsYaml = `
presets:
- labels: { preset-registry: "true" }
  env: [{ name: REGISTRY, value: registry.test }]
presubmits:
  acme/widgets:
  - name: pull-widgets-unit
    decorate: true
    annotations: { testgrid-dashboards: acme-presubmits }
    spec: { containers: [{ image: node:22, command: [npm, test] }] }
postsubmits:
  acme/widgets:
  - name: post-widgets-push
    labels: { preset-registry: "true" }
    spec: { containers: [{ image: builder:3, command: [make, push] }] }
periodics:
- name: ci-widgets-nightly
  interval: 24h
  extra_refs: [{ org: acme, repo: widgets, base_ref: main }]
  spec: { containers: [{ image: builder:3, command: [make, e2e] }] }
`;

/** A folder with both configs in which commands are run. */
export async function openFolder() {
  const cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-'));
  await writeFile(join(cwd, 'config.yaml'), configYaml);
  await writeFile(join(cwd, 'jobs.yaml'), jobsYaml);
  const run = (argv: readonly string[], io: Parameters<typeof runForTest>[2] = {}) =>
    runForTest(command, argv, { cwd, ...io, env: { HOME: cwd, ...io.env } });
  return {
    cwd,
    run,
    /** `mkpj` of a job with the configs of the folder. */
    mkpj: (job: string, argv: readonly string[] = [], io: Parameters<typeof runForTest>[2] = {}) =>
      run(['mkpj', '--config-path', 'config.yaml', '--job-config-path', 'jobs.yaml', '--job', job, ...argv], io),
    write: async (text: string) => {
      const name = `${randomUUID()}.yaml`;
      await writeFile(join(cwd, name), text);
      return name;
    },
    [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true }),
  };
}
