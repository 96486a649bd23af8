import type { ConfiguredJob, ProwConfig } from '../config/job-config.js';

/** `org/repo` that a job belongs to: its own, for a periodic that of the first extra ref. */
export function repoOf(configured: ConfiguredJob): string | undefined {
  if (configured.type !== 'periodic') return configured.repo.replace(/^https?:\/\//, '');
  const [extra] = configured.job.extra_refs ?? [];
  return extra === undefined ? undefined : `${extra.org}/${extra.repo}`;
}

/** Where Prow's configuration says that a job's results go. */
export interface ResultsPlace {
  /** As it is written, `gs://` or not. `undefined` when nothing says. */
  readonly bucket: string | undefined;
  readonly pathPrefix: string | undefined;
  /** What the address of a run's page begins with. */
  readonly jobUrlPrefix: string | undefined;
}

/** Reads it from the job's own decoration, then from the defaults of `plank`. */
export function resultsPlace({ plank }: ProwConfig, configured: ConfiguredJob): ResultsPlace {
  const repo = configured.type === 'periodic' ? undefined : configured.repo;
  const decoration = configured.job.decoration_config?.gcs_configuration ?? defaultGcs(plank, repo);
  const text = (field: string) => {
    const value = decoration?.[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    bucket: text('bucket'),
    pathPrefix: text('path_prefix'),
    jobUrlPrefix: text('job_url_prefix') ?? configuredUrlPrefix(plank, repoOf(configured)),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** `gcs_configuration` of the decoration defaults for a repository: those for `*`, its org and itself, laid over each other. */
function defaultGcs(plank: Fields, repo: string | undefined): Fields | undefined {
  const byName = fieldsOf(plank['default_decoration_configs']);
  const entries = Array.isArray(plank['default_decoration_config_entries'])
    ? (plank['default_decoration_config_entries'] as readonly unknown[])
    : Object.entries(byName ?? {}).map(([name, config]) => ({ repo: name, config }));
  const names = ['*', ...levels(repo)];
  const fitting = names.flatMap((name) =>
    entries
      .map(fieldsOf)
      .filter((entry) => (entry?.['repo'] || '*') === name && !entry?.['cluster'])
      .map((entry) => fieldsOf(fieldsOf(entry?.['config'])?.['gcs_configuration'])),
  );
  return fitting.some((one) => one !== undefined) ? Object.assign({}, ...fitting) : undefined;
}

function configuredUrlPrefix(plank: Fields, repo: string | undefined): string | undefined {
  const prefixes = fieldsOf(plank['job_url_prefix_config']) ?? {};
  const value = [...levels(repo).reverse(), '*'].map((name) => prefixes[name]).find((prefix) => prefix);
  return typeof value === 'string' ? value : undefined;
}

/** An org, then `org/repo`. */
function levels(repo: string | undefined): string[] {
  return repo === undefined ? [] : [repo.split('/')[0] ?? '', repo];
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
