import { RE2JS } from 're2js';
import { checkNames, named, reportTwins, show } from './names.js';
import type { Path, Report } from './names.js';
import type { Dashboard, DashboardTab, TestGroup, TestgridConfig } from './testgrid-config.js';

/** Something that TestGrid would refuse. */
export interface TestgridProblem {
  /** Fields and indexes that lead to it; empty for the whole. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Everything that TestGrid would refuse in a configuration; empty when there is nothing.
 *
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/config/config.go
 */
export function validateTestgridConfig(config: TestgridConfig): readonly TestgridProblem[] {
  const { test_groups: groups, dashboards, dashboard_groups: dashboardGroups } = config;
  const problems: TestgridProblem[] = [];
  const report = (path: TestgridProblem['path'], message: string) => void problems.push({ path, message });
  if (groups.length === 0) report(['test_groups'], 'there is no test group');
  if (dashboards.length === 0) report(['dashboards'], 'there is no dashboard');

  checkNames(named('test_groups', groups), report);
  checkNames(named('dashboards', dashboards), report);
  checkNames(named('dashboard_groups', dashboardGroups), report);
  reportTwins([...named('dashboards', dashboards), ...named('dashboard_groups', dashboardGroups)], (path, twin) => {
    // Twins of one kind are reported already.
    if (path[0] === 'dashboard_groups' && twin[0] === 'dashboards') {
      report([...path, 'name'], `its name is that of a dashboard to TestGrid: ${show(twin)}`);
    }
  });
  groups.forEach((group, index) => checkGroup(group, ['test_groups', index], report));
  dashboards.forEach((dashboard, index) => checkDashboard(dashboard, ['dashboards', index], report));
  checkReferences(config, report);
  return problems;
}

function checkGroup(group: TestGroup, path: Path, report: Report): void {
  const at = (field: string, message: string) => report([...path, field], message);
  const hasPrefix = Boolean(group.gcs_prefix);
  const hasSource = group.result_source !== undefined && group.result_source !== null;
  if (hasPrefix === hasSource)
    at(
      'gcs_prefix',
      hasPrefix ? 'beside result_source: only one may be there' : 'it is missing, and so is result_source',
    );
  if (/^[a-z0-9]+:\//.test(group.gcs_prefix ?? ''))
    at('gcs_prefix', `${group.gcs_prefix} has a scheme; write the bucket only`);
  for (const field of ['days_of_results', 'num_columns_recent'] as const) {
    if (!((group[field] ?? 0) > 0)) at(field, 'it has to be above 0; set it here or in default_test_group');
  }
  for (const field of ['commit_override_label_pattern', 'test_method_match_regex']) {
    const pattern = group[field];
    if (typeof pattern === 'string') checkPattern(pattern, (message) => at(field, message));
  }
  if (typeof group['alert_mail_to_addresses'] === 'string') {
    checkEmails(group['alert_mail_to_addresses'], (message) => at('alert_mail_to_addresses', message));
  }
  checkGroupLists(group, path, report);
}

function checkGroupLists(group: TestGroup, path: Path, report: Report): void {
  listOf(group['notifications']).forEach((notification, index) => {
    if (!notification['summary']) report([...path, 'notifications', index], 'it has no summary');
  });
  listOf(group['test_annotations']).forEach(({ short_text: text, property_name: name }, index) => {
    const place = [...path, 'test_annotations', index];
    const length = typeof text === 'string' ? text.length : 0;
    if (length < 1 || length > 5) report(place, 'short_text has to have 1 to 5 characters');
    if (!name) report(place, 'it has no property_name');
  });
  listOf(group['column_header']).forEach((header, index) => {
    const count = ['configuration_value', 'property', 'label'].filter((field) => header[field]).length;
    if (count !== 1)
      report([...path, 'column_header', index], 'it has to have one of configuration_value, property, label');
  });
  const [names] = listOf([group['test_name_config']]);
  if (names === undefined) return;
  const elements = listOf(names['name_elements']).length;
  const format = typeof names['name_format'] === 'string' ? names['name_format'] : '';
  const verbs = format.split('%').length - 1;
  if (elements === 0 || elements !== verbs) {
    report([...path, 'test_name_config'], `name_format has ${verbs} places for ${elements} name_elements`);
  }
}

function checkDashboard({ dashboard_tab: tabs = [] }: Dashboard, path: Path, report: Report): void {
  if (tabs.length === 0) report([...path, 'dashboard_tab'], 'there is no tab');
  checkNames(named('dashboard_tab', tabs, path), report);
  tabs.forEach((tab, index) => checkTab(tab, [...path, 'dashboard_tab', index], report));
}

function checkTab(tab: DashboardTab, path: Path, report: Report): void {
  if (!tab.test_group_name) report([...path, 'test_group_name'], 'it is missing');
  const emails = tab.alert_options?.alert_mail_to_addresses;
  if (emails) checkEmails(emails, (message) => report([...path, 'alert_options', 'alert_mail_to_addresses'], message));
  const [options] = listOf([tab['flakiness_alert_options']]);
  const flakiness = options?.['minimum_flakiness_to_alert'];
  if (typeof flakiness === 'number' && (flakiness < 0 || flakiness > 100)) {
    report([...path, 'flakiness_alert_options', 'minimum_flakiness_to_alert'], `${flakiness} is not from 0 to 100`);
  }
}

/** Addresses are not trimmed: one with a space in front is another address. */
function checkEmails(addresses: string, report: (message: string) => void): void {
  const wrong = addresses.split(',').filter((address) => !/^[^@]+@[^@]+$/.test(address));
  for (const address of wrong)
    report(`${JSON.stringify(address)} is no address: it has to have one @ with text around it`);
}

function checkPattern(pattern: string, report: (message: string) => void): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    report(`not a regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkReferences(
  { test_groups: groups, dashboards, dashboard_groups: sets }: TestgridConfig,
  report: Report,
): void {
  const groupNames = new Set(groups.map(({ name }) => name));
  const used = new Set<string>();
  dashboards.forEach(({ dashboard_tab: tabs = [] }, index) => {
    tabs.forEach(({ test_group_name: name = '' }, tab) => {
      used.add(name);
      const path = ['dashboards', index, 'dashboard_tab', tab, 'test_group_name'];
      if (name !== '' && !groupNames.has(name)) report(path, `there is no test group ${JSON.stringify(name)}`);
    });
  });
  groups.forEach(({ name }, index) => {
    if (!used.has(name)) report(['test_groups', index], `no tab shows ${JSON.stringify(name)}`);
  });
  const dashboardNames = new Set(dashboards.map(({ name }) => name));
  const grouped = new Set<string>();
  sets.forEach(({ dashboard_names: names = [] }, index) => {
    names.forEach((name, at) => {
      const path = ['dashboard_groups', index, 'dashboard_names', at];
      if (!dashboardNames.has(name)) report(path, `there is no dashboard ${JSON.stringify(name)}`);
      else if (grouped.has(name)) report(path, `${JSON.stringify(name)} is in another dashboard group already`);
      grouped.add(name);
    });
  });
}

/** The objects of a list, whatever it may be. */
function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}
