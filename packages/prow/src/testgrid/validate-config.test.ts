import { describe, expect, it } from 'vitest';
import type { TestgridConfig } from './testgrid-config.js';
import { validateTestgridConfig } from './validate-config.js';

const group = { name: 'ci-widgets', gcs_prefix: 'b/logs/ci-widgets', days_of_results: 15, num_columns_recent: 10 };
const tab = { name: 'nightly', test_group_name: 'ci-widgets' };
const good: TestgridConfig = {
  test_groups: [group],
  dashboards: [{ name: 'acme-periodics', dashboard_tab: [tab] }],
  dashboard_groups: [{ name: 'acme', dashboard_names: ['acme-periodics'] }],
};
const withGroup = (changes: object) => ({ ...good, test_groups: [{ ...group, ...changes }] });
const withTab = (changes: object) => ({
  ...good,
  dashboards: [{ name: 'acme-periodics', dashboard_tab: [{ ...tab, ...changes }] }],
});
const withSets = (...sets: readonly (readonly string[])[]) => ({
  ...good,
  dashboard_groups: sets.map((names, index) => ({ name: `set${index}`, dashboard_names: names })),
});

describe(validateTestgridConfig, () => {
  it.each([
    ['a whole configuration', good],
    ['a result source in place of a prefix', withGroup({ gcs_prefix: '', result_source: {} })],
    ['five characters of short text', withGroup({ test_annotations: [{ short_text: '12345', property_name: 'p' }] })],
    ['an en dash in a name', withTab({ name: 'night – ly' })],
    ['several addresses', withTab({ alert_options: { alert_mail_to_addresses: 'a@b,c@d' } })],
    ['one value in a header', withGroup({ column_header: [{ configuration_value: 'Commit' }] })],
    ['as many places as elements', withGroup({ test_name_config: { name_elements: [{}, {}], name_format: '%s %s' } })],
  ])('accepts %s', (_what, config) => {
    expect(validateTestgridConfig(config)).toEqual([]);
  });

  it.each([
    ['no groups', { ...good, test_groups: [] }, 'test_groups', 'there is no test group'],
    ['no dashboards', { ...good, dashboards: [], dashboard_groups: [] }, 'dashboards', 'there is no dashboard'],
    ['no tabs', { ...good, dashboards: [{ name: 'acme-periodics' }] }, 'dashboards.0.dashboard_tab', 'there is no tab'],
    ['a name of two letters', withTab({ name: 'a-b' }), 'dashboards.0.dashboard_tab.0.name', '3 to 2048'],
    ['a name of odd characters', withTab({ name: 'night*' }), 'dashboards.0.dashboard_tab.0.name', 'characters'],
    ['a tab named Summary', withTab({ name: 'Summary' }), 'dashboards.0.dashboard_tab.0.name', 'summary'],
    [
      'a dashboard named as a group of them',
      { ...good, dashboard_groups: [{ name: 'AcmePeriodics' }] },
      'dashboard_groups.0.name',
      'dashboards[0]',
    ],
    [
      'a group that is not there',
      withTab({ test_group_name: 'none' }),
      'dashboards.0.dashboard_tab.0.test_group_name',
      '"none"',
    ],
    ['a group that no tab shows', withTab({ test_group_name: '' }), 'test_groups.0', 'no tab shows'],
    ['a dashboard that is not there', withSets(['none']), 'dashboard_groups.0.dashboard_names.0', '"none"'],
    [
      'a dashboard in two groups',
      withSets(['acme-periodics'], ['acme-periodics']),
      'dashboard_groups.1.dashboard_names.0',
      'already',
    ],
    ['no prefix', withGroup({ gcs_prefix: '' }), 'test_groups.0.gcs_prefix', 'missing'],
    ['a prefix beside a source', withGroup({ result_source: {} }), 'test_groups.0.gcs_prefix', 'only one'],
    ['a prefix with a scheme', withGroup({ gcs_prefix: 'gs:/b/logs' }), 'test_groups.0.gcs_prefix', 'scheme'],
    ['no days', withGroup({ days_of_results: 0 }), 'test_groups.0.days_of_results', 'above 0'],
    ['no columns', withGroup({ num_columns_recent: -1 }), 'test_groups.0.num_columns_recent', 'above 0'],
    [
      'a pattern of look-ahead',
      withGroup({ test_method_match_regex: 'a(?=b)' }),
      'test_groups.0.test_method_match_regex',
      'regular expression',
    ],
    ['a notification without summary', withGroup({ notifications: [{}] }), 'test_groups.0.notifications.0', 'summary'],
    [
      'six characters of short text',
      withGroup({ test_annotations: [{ short_text: '123456', property_name: 'p' }] }),
      'test_groups.0.test_annotations.0',
      '1 to 5',
    ],
    [
      'a header of two values',
      withGroup({ column_header: [{ label: 'a', property: 'b' }] }),
      'test_groups.0.column_header.0',
      'one of',
    ],
    [
      'fewer places than elements',
      withGroup({ test_name_config: { name_elements: [{}, {}], name_format: '%s' } }),
      'test_groups.0.test_name_config',
      '1 places for 2',
    ],
    [
      'an address without text',
      withTab({ alert_options: { alert_mail_to_addresses: 'a@b,@c' } }),
      'dashboards.0.dashboard_tab.0.alert_options.alert_mail_to_addresses',
      '"@c"',
    ],
    [
      'flakiness of 101',
      withTab({ flakiness_alert_options: { minimum_flakiness_to_alert: 101 } }),
      'dashboards.0.dashboard_tab.0.flakiness_alert_options.minimum_flakiness_to_alert',
      '101',
    ],
  ])('finds %s', (_what, config: TestgridConfig, path, message) => {
    const problems = validateTestgridConfig(config).map((one) => [one.path.join('.'), one.message]);
    expect(problems).toContainEqual([path, expect.stringContaining(message)]);
  });
});
