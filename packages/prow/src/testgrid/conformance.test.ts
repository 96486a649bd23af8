import { describe, expect, it } from 'vitest';
import type { ConfiguredJob, JobBase, ProwConfig } from '../config/job-config.js';
import { addJobs } from './add-jobs.js';
import { validateTestgridConfig } from './validate-config.js';

// Numbers are those of the conformance cases of the interoperability specification.

const gcs = { decoration_config: { gcs_configuration: { bucket: 'gs://ci-logs' } } };
const prow = (...jobs: readonly ConfiguredJob[]): ProwConfig => ({
  podNamespace: 'default',
  prowJobNamespace: 'default',
  plank: {},
  jobs,
});
const presubmit = (job: JobBase): ConfiguredJob => ({
  type: 'presubmit',
  repo: 'acme/widgets',
  job,
  position: { file: 'jobs.yaml', line: 3, column: 5 },
});
const empty = { test_groups: [], dashboards: [], dashboard_groups: [] };

describe('conformance', () => {
  it('61: columns and prefix of a presubmit', () => {
    const annotations = { 'testgrid-create-test-group': 'true' };
    const { config, problems } = addJobs(empty, prow(presubmit({ name: 'pull-widgets-unit', annotations, ...gcs })));
    expect(problems).toEqual([]);
    expect(config.test_groups).toMatchObject([
      {
        name: 'pull-widgets-unit',
        gcs_prefix: 'ci-logs/pr-logs/directory/pull-widgets-unit',
        num_columns_recent: 20,
      },
    ]);
  });

  it('62: mail of two dashboards', () => {
    const annotations = { 'testgrid-dashboards': 'a, b', 'testgrid-alert-email': 'ops@example.com' };
    const dashboards = { ...empty, dashboards: [{ name: 'a' }, { name: 'b' }] };
    const { config } = addJobs(dashboards, prow(presubmit({ name: 'j', annotations, ...gcs })));
    expect(config.dashboards.map(({ dashboard_tab: tabs }) => tabs?.map((tab) => tab.alert_options))).toEqual([
      [{ alert_mail_to_addresses: 'ops@example.com' }],
      [undefined],
    ]);
  });

  it('63: names that are the same to TestGrid, and one that it keeps for itself', () => {
    const group = (name: string) => ({ name, gcs_prefix: 'b/logs/j', days_of_results: 1, num_columns_recent: 1 });
    const tab = (name: string) => ({ name, test_group_name: name });
    const problems = validateTestgridConfig({
      test_groups: [group('Foo-Bar'), group('foobar')],
      dashboards: [
        {
          name: 'summary-x',
          dashboard_tab: [
            { ...tab('Foo-Bar'), name: 'one' },
            { ...tab('foobar'), name: 'two' },
          ],
        },
      ],
      dashboard_groups: [],
    });
    expect(problems).toEqual([
      {
        path: ['test_groups', 1, 'name'],
        message: 'duplicate: its name is that of test_groups[0] to TestGrid',
      },
      {
        path: ['dashboards', 0, 'name'],
        message: '"summary-x" starts with "summary", which TestGrid keeps for itself',
      },
    ]);
  });
});
