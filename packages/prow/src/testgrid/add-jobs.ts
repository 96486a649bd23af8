import type { ConfiguredJob, Position, ProwConfig } from '../config/job-config.js';
import { readAnnotations } from './annotations.js';
import type { TestgridAnnotations } from './annotations.js';
import { repoOf, resultsPlace } from './job-results-place.js';
import type { ResultsPlace } from './job-results-place.js';
import { withGroupDefaults, withTabDefaults } from './testgrid-config.js';
import type { AlertOptions, DashboardTab, TestGroup, TestgridConfig, TestgridDefaults } from './testgrid-config.js';

/** Something wrong in a job's annotations. */
export interface AnnotationProblem {
  readonly job: string;
  readonly position: Position;
  readonly message: string;
}

const minPresubmitColumns = 20;

/**
 * A TestGrid configuration with the groups and tabs that jobs ask for by their annotations added to it: periodics, then
 * postsubmits, then presubmits, each by repository and name. Every problem is reported, and its job's part left out.
 *
 * @see https://github.com/kubernetes/test-infra/blob/master/testgrid/pkg/configurator/prow/prow.go
 */
export function addJobs(
  testgrid: TestgridConfig,
  prow: ProwConfig,
  options: { readonly defaults?: TestgridDefaults | undefined } = {},
): { readonly config: TestgridConfig; readonly problems: readonly AnnotationProblem[] } {
  const groups = [...testgrid.test_groups];
  const dashboards = testgrid.dashboards.map((one) => ({ ...one, dashboard_tab: [...(one.dashboard_tab ?? [])] }));
  const problems: AnnotationProblem[] = [];
  for (const configured of inOrder(prow.jobs)) {
    const { job, position } = configured;
    const report = (message: string) => problems.push({ job: job.name, position, message });
    const annotations = readAnnotations(job, report);
    const place = resultsPlace(prow, configured);
    const at = groups.findIndex(({ name }) => name === job.name);
    const group = groupOf(configured, { annotations, place, known: groups[at], ...options, report });
    if (group === undefined) continue;
    if (at === -1) groups.push(group);
    else groups[at] = group;
    for (const [index, name] of (annotations.dashboards ?? []).entries()) {
      const dashboard = dashboards.find((one) => one.name === name);
      if (dashboard === undefined)
        report(`annotation testgrid-dashboards: there is no dashboard ${JSON.stringify(name)}`);
      else
        dashboard.dashboard_tab.push(
          withTabDefaults(tabOf(configured, { annotations, place, isFirst: index === 0 }), options.defaults),
        );
    }
  }
  return { config: { ...testgrid, test_groups: groups, dashboards }, problems };
}

function inOrder(jobs: readonly ConfiguredJob[]): readonly ConfiguredJob[] {
  const types = ['periodic', 'postsubmit', 'presubmit'];
  const key = (one: ConfiguredJob) => [one.type === 'periodic' ? '' : one.repo, one.job.name] as const;
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...jobs].sort((a, b) => {
    const [[repoA, nameA], [repoB, nameB]] = [key(a), key(b)];
    return types.indexOf(a.type) - types.indexOf(b.type) || compare(repoA, repoB) || compare(nameA, nameB);
  });
}

/** The job's group with its annotations applied; `undefined` when it has none, or none can be made. */
function groupOf(
  configured: ConfiguredJob,
  facts: {
    readonly annotations: TestgridAnnotations;
    readonly place: ResultsPlace;
    readonly known: TestGroup | undefined;
    readonly defaults?: TestgridDefaults | undefined;
    readonly report: (problem: string) => void;
  },
): TestGroup | undefined {
  const { type, job } = configured;
  const { annotations, place, known, defaults, report } = facts;
  const { createGroup, dashboards } = annotations;
  const isWanted =
    createGroup !== 'never' && (createGroup === 'always' || dashboards !== undefined || type !== 'presubmit');
  if (createGroup === 'always' && known !== undefined) {
    report(`annotation testgrid-create-test-group: test group ${JSON.stringify(job.name)} exists already`);
    return undefined;
  }
  let group = known;
  if (group === undefined && isWanted) {
    const prefix = gcsPrefix(configured, place, report);
    if (prefix === undefined) return undefined;
    group = withGroupDefaults({ name: job.name, gcs_prefix: prefix }, defaults);
  }
  if (group === undefined) {
    for (const name of annotations.needingGroup) report(`annotation ${name} needs a test group, and the job has none`);
    return undefined;
  }
  const columns =
    annotations.numColumnsRecent ?? (type === 'presubmit' ? atLeast(group.num_columns_recent) : undefined);
  return {
    ...group,
    ...defined({
      num_columns_recent: columns,
      days_of_results: annotations.daysOfResults,
      num_failures_to_alert: annotations.numFailuresToAlert,
      short_text_metric: annotations.inCellMetric,
      disable_prowjob_analysis: annotations.disableProwjobAnalysis,
    }),
  };
}

function atLeast(columns = 0): number {
  return Math.max(columns, minPresubmitColumns);
}

/** Without scheme, as TestGrid's updater wants it; Prow's own configurator leaves half of it in. */
function gcsPrefix(
  { type, job }: ConfiguredJob,
  { bucket, pathPrefix = '' }: ResultsPlace,
  report: (problem: string) => void,
): string | undefined {
  if (bucket === undefined) {
    report('no decoration config says in which bucket the results are');
    return undefined;
  }
  const [, scheme, name = ''] = /^(?:([a-z0-9]+):\/\/)?(.*)$/.exec(bucket) ?? [];
  if (scheme !== undefined && scheme !== 'gs') {
    report(`TestGrid reads results in Cloud Storage only, and these are at ${bucket}`);
    return undefined;
  }
  const folder = type === 'presubmit' ? 'pr-logs/directory' : 'logs';
  return [name, pathPrefix, folder, job.name]
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/');
}

function tabOf(
  configured: ConfiguredJob,
  facts: { readonly annotations: TestgridAnnotations; readonly place: ResultsPlace; readonly isFirst: boolean },
): DashboardTab {
  const { job } = configured;
  const { annotations, place, isFirst } = facts;
  const repo = repoOf(configured);
  const alerts: AlertOptions = defined({
    alert_mail_to_addresses: isFirst ? annotations.alertEmail : undefined,
    num_failures_to_alert: annotations.numFailuresToAlert,
    alert_stale_results_hours: annotations.alertStaleResultsHours,
  });
  const github = repo === undefined ? undefined : `https://github.com/${repo}`;
  const page = place.jobUrlPrefix?.replace(/\/+$/, '');
  return {
    name: annotations.tabName ?? job.name,
    test_group_name: job.name,
    description: annotations.description ?? `prowjob_name: ${job.name}`,
    ...defined({
      code_search_url_template: github && { url: `${github}/compare/<start-custom-0>...<end-custom-0>` },
      open_bug_template: github && { url: `${github}/issues/` },
      open_test_template: page && { url: `${page}/gs/<gcs_prefix>/<changelist>` },
      base_options: annotations.baseOptions,
      broken_column_threshold: annotations.brokenColumnThreshold,
      alert_options: Object.keys(alerts).length === 0 ? undefined : alerts,
    }),
  };
}

/** Without the fields that are undefined. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as never;
}
