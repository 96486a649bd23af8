/** A TestGrid configuration, with its own field names. Fields not listed are kept. */
export interface TestgridConfig {
  readonly test_groups: readonly TestGroup[];
  readonly dashboards: readonly Dashboard[];
  readonly dashboard_groups: readonly DashboardGroup[];
}

/** Runs of a job, or of several. */
export interface TestGroup {
  readonly name: string;
  /** Bucket and folder without scheme; a list with commas puts several jobs into one group. */
  readonly gcs_prefix?: string;
  readonly result_source?: unknown;
  readonly days_of_results?: number;
  readonly num_columns_recent?: number;
  readonly num_failures_to_alert?: number;
  readonly short_text_metric?: string;
  readonly disable_prowjob_analysis?: boolean;
  readonly [field: string]: unknown;
}

/** Tabs on a page. */
export interface Dashboard {
  readonly name: string;
  readonly dashboard_tab?: readonly DashboardTab[];
  readonly [field: string]: unknown;
}

/** A way to look at a test group. */
export interface DashboardTab {
  readonly name: string;
  readonly test_group_name?: string;
  readonly alert_options?: AlertOptions;
  readonly [field: string]: unknown;
}

/** When a tab sends mail, and to whom. */
export interface AlertOptions {
  /** With commas between them. */
  readonly alert_mail_to_addresses?: string;
  readonly num_failures_to_alert?: number;
  readonly alert_stale_results_hours?: number;
  readonly [field: string]: unknown;
}

/** Dashboards under one heading. */
export interface DashboardGroup {
  readonly name: string;
  readonly dashboard_names?: readonly string[];
  readonly [field: string]: unknown;
}

/** `default.yaml`: what groups and tabs have that do not say otherwise. */
export interface TestgridDefaults {
  readonly default_test_group: Readonly<Record<string, unknown>>;
  readonly default_dashboard_tab: Readonly<Record<string, unknown>>;
}

/** A group with what it lacks taken from the defaults. Prow's results need both flags, whatever is written. */
export function withGroupDefaults(group: TestGroup, defaults: TestgridDefaults | undefined): TestGroup {
  return { ...defaults?.default_test_group, ...withoutEmpty(group), is_external: true, use_kubernetes_client: true };
}

/** A tab with what it lacks taken from the defaults, alert options one by one. */
export function withTabDefaults(tab: DashboardTab, defaults: TestgridDefaults | undefined): DashboardTab {
  const fallback = defaults?.default_dashboard_tab ?? {};
  const alerts = { ...(fallback['alert_options'] as object | undefined), ...tab.alert_options };
  return {
    ...fallback,
    ...withoutEmpty(tab),
    ...(Object.keys(alerts).length === 0 ? {} : { alert_options: alerts }),
  };
}

/** TestGrid cannot tell a field that is empty from one that is not there. */
function withoutEmpty<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined && field !== '' && field !== 0 && field !== false),
  ) as T;
}
