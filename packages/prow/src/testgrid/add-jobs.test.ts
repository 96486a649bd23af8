import { describe, expect, it } from 'vitest';
import type { ConfiguredJob, JobBase, ProwConfig } from '../config/job-config.js';
import { addJobs } from './add-jobs.js';

const position = { file: 'jobs.yaml', line: 3, column: 5 };
const plank = {
  default_decoration_config_entries: [
    { config: { gcs_configuration: { bucket: 'ci-logs', path_prefix: 'p' } } },
    { repo: 'acme', config: { gcs_configuration: { bucket: 'gs://acme-logs' } } },
  ],
  job_url_prefix_config: { '*': 'https://prow.example/view/', acme: 'https://acme.example/view' },
};
const prow = (...jobs: readonly ConfiguredJob[]): ProwConfig => ({
  podNamespace: 'default',
  prowJobNamespace: 'default',
  plank,
  jobs,
});
const job = (name: string, annotations: Record<string, string> = {}, more: object = {}): JobBase => ({
  name,
  annotations,
  ...more,
});
const postsubmit = (one: JobBase, repo = 'acme/widgets'): ConfiguredJob => ({
  type: 'postsubmit',
  repo,
  job: one,
  position,
});
const presubmit = (one: JobBase): ConfiguredJob => ({ type: 'presubmit', repo: 'acme/widgets', job: one, position });
const periodic = (one: JobBase): ConfiguredJob => ({ type: 'periodic', job: one, position });
const testgrid = { test_groups: [], dashboards: [{ name: 'acme' }], dashboard_groups: [] };

describe(addJobs, () => {
  it('makes a group and a tab of a periodic, with links to the repository it checks out', () => {
    const annotations = {
      'testgrid-dashboards': 'acme',
      'testgrid-tab-name': 'nightly',
      'testgrid-num-columns-recent': '5',
      'testgrid-days-of-results': '30',
      'testgrid-num-failures-to-alert': '2',
      'testgrid-alert-stale-results-hours': '48',
      'testgrid-in-cell-metric': 'rps',
      'testgrid-disable-prowjob-analysis': 'T',
      'testgrid-base-options': 'width=10',
      'testgrid-broken-column-threshold': '0.5',
      description: 'all of it',
    };
    const more = { extra_refs: [{ org: 'acme', repo: 'widgets' }] };
    const { config, problems } = addJobs(testgrid, prow(periodic(job('ci-nightly', annotations, more))));
    expect(problems).toEqual([]);
    expect(config).toEqual({
      test_groups: [
        {
          name: 'ci-nightly',
          gcs_prefix: 'ci-logs/p/logs/ci-nightly',
          is_external: true,
          use_kubernetes_client: true,
          num_columns_recent: 5,
          days_of_results: 30,
          num_failures_to_alert: 2,
          short_text_metric: 'rps',
          disable_prowjob_analysis: true,
        },
      ],
      dashboards: [
        {
          name: 'acme',
          dashboard_tab: [
            {
              name: 'nightly',
              test_group_name: 'ci-nightly',
              description: 'all of it',
              code_search_url_template: {
                url: 'https://github.com/acme/widgets/compare/<start-custom-0>...<end-custom-0>',
              },
              open_bug_template: { url: 'https://github.com/acme/widgets/issues/' },
              open_test_template: { url: 'https://acme.example/view/gs/<gcs_prefix>/<changelist>' },
              base_options: 'width=10',
              broken_column_threshold: 0.5,
              alert_options: { num_failures_to_alert: 2, alert_stale_results_hours: 48 },
            },
          ],
        },
      ],
      dashboard_groups: [],
    });
  });

  it('orders periodics, postsubmits, presubmits, each by repository and name', () => {
    const add = { 'testgrid-create-test-group': 'true' };
    const jobs = [
      presubmit(job('a', add)),
      postsubmit(job('b'), 'acme/z'),
      postsubmit(job('d'), 'acme/a'),
      postsubmit(job('c'), 'acme/a'),
      periodic(job('e')),
    ];
    const { config } = addJobs(testgrid, prow(...jobs));
    expect(config.test_groups.map(({ name }) => name)).toEqual(['e', 'c', 'd', 'b', 'a']);
    expect(config.test_groups[1]?.gcs_prefix).toBe('acme-logs/p/logs/c');
  });

  it('makes no group of a presubmit that does not ask, or of a job that forbids it', () => {
    const forbidden = postsubmit(job('b', { 'testgrid-create-test-group': 'false' }));
    expect(addJobs(testgrid, prow(presubmit(job('a')), forbidden))).toEqual({
      config: { ...testgrid, dashboards: [{ name: 'acme', dashboard_tab: [] }] },
      problems: [],
    });
  });

  it('takes a group that exists, fills it from nothing else, and keeps its columns where they are many', () => {
    const known = { ...testgrid, test_groups: [{ name: 'a', gcs_prefix: 'x/y', num_columns_recent: 50 }] };
    const { config } = addJobs(known, prow(presubmit(job('a', { 'testgrid-dashboards': 'acme' }))));
    expect(config.test_groups).toEqual([{ name: 'a', gcs_prefix: 'x/y', num_columns_recent: 50 }]);
  });

  it('fills groups and tabs from the defaults', () => {
    const defaults = {
      default_test_group: { days_of_results: 15, num_columns_recent: 10 },
      default_dashboard_tab: { results_text: 'see', alert_options: { num_failures_to_alert: 3 } },
    };
    const annotations = { 'testgrid-dashboards': 'acme', 'testgrid-alert-email': 'a@b' };
    const { config } = addJobs(testgrid, prow(postsubmit(job('a', annotations))), { defaults });
    expect(config.test_groups).toMatchObject([{ days_of_results: 15, num_columns_recent: 10 }]);
    expect(config.dashboards[0]?.dashboard_tab).toMatchObject([
      { results_text: 'see', alert_options: { num_failures_to_alert: 3, alert_mail_to_addresses: 'a@b' } },
    ]);
  });

  const s3 = { decoration_config: { gcs_configuration: { bucket: 's3://ci-logs' } } };
  it.each([
    [
      'a number that is none',
      postsubmit(job('a', { 'testgrid-days-of-results': '1.5' })),
      /days-of-results: "1\.5" is not an integer/,
    ],
    [
      'a number that is too large',
      postsubmit(job('a', { 'testgrid-days-of-results': '2147483648' })),
      /"2147483648" is not an integer of 32 bits/,
    ],
    [
      'a boolean that is none',
      postsubmit(job('a', { 'testgrid-disable-prowjob-analysis': 'yes' })),
      /"yes" is not true or false/,
    ],
    [
      'a threshold that is none',
      postsubmit(job('a', { 'testgrid-broken-column-threshold': 'x' })),
      /"x" is not a number/,
    ],
    ['an unknown dashboard', postsubmit(job('a', { 'testgrid-dashboards': 'none' })), /there is no dashboard "none"/],
    [
      'no group though one is needed',
      presubmit(job('a', { 'testgrid-tab-name': 'x' })),
      /testgrid-tab-name needs a test group/,
    ],
    ['results out of reach', postsubmit(job('a', {}, s3)), /Cloud Storage only, and these are at s3:\/\/ci-logs/],
  ])('reports %s, with the place of the job', (_what, configured, message) => {
    const { problems } = addJobs(testgrid, prow(configured));
    expect(problems).toEqual([{ job: 'a', position, message: expect.stringMatching(message) }]);
  });

  it('reports a group that exists though it is to be made, and a job of no bucket', () => {
    const known = { ...testgrid, test_groups: [{ name: 'a' }] };
    const forced = postsubmit(job('a', { 'testgrid-create-test-group': 'true' }));
    expect(addJobs(known, prow(forced)).problems).toMatchObject([{ message: expect.stringMatching(/exists already/) }]);
    const nowhere = { ...prow(postsubmit(job('b'))), plank: {} };
    expect(addJobs(testgrid, nowhere).problems).toMatchObject([{ message: expect.stringMatching(/in which bucket/) }]);
  });
});
