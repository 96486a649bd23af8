import { ProwError } from './errors.js';
import type { ProwJobInfo } from './job.js';
import { resultPaths } from './result-paths.js';
import type { PathOptions } from './result-paths.js';
import { joinKey } from './results.js';

/** Where to look at a run. Left out is what was not asked for. */
export interface ResultLinks {
  /** The run's page in Spyglass. */
  readonly spyglass?: string;
  /** The job's page in Deck. Batches have none: Deck does not find their runs. */
  readonly jobHistory?: string;
  /** The job's tab in TestGrid. */
  readonly testgrid?: string;
}

/** Options of {@link resultLinks}. */
export interface LinkOptions extends PathOptions {
  /** Address of Deck. */
  readonly deckUrl?: string | undefined;
  readonly testgrid?:
    | {
        /** Address of TestGrid. */
        readonly url: string;
        /** First of the job's annotation `testgrid-dashboards`. */
        readonly dashboard: string;
        /** Annotation `testgrid-tab-name`. @default the job's name */
        readonly tab?: string | undefined;
      }
    | undefined;
}

/**
 * Addresses of the pages that show a run whose results are below `resultsUri`: `gs://` or `s3://`; a bare bucket name means
 * Cloud Storage.
 *
 * @throws {ProwError} `INVALID_OPTION` for an address that is none, or results that Deck cannot show; and as
 * {@link resultPaths}.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/spyglass/spyglass.go
 */
export function resultLinks(resultsUri: string, job: ProwJobInfo, options: LinkOptions = {}): ResultLinks {
  const { deckUrl, testgrid } = options;
  const links: { -readonly [K in keyof ResultLinks]: ResultLinks[K] } = {};
  if (deckUrl !== undefined) {
    const { runDir } = resultPaths(job, options);
    const place = deckPlace(resultsUri);
    const base = address('Deck', deckUrl);
    const folder = job.type === 'presubmit' ? 'pr-logs/directory' : 'logs';
    links.spyglass = joinKey(base, path('view', ...place, ...runDir.split('/')));
    // Not below the path prefix, as the alias and the latest build.
    if (job.type !== 'batch')
      links.jobHistory = joinKey(base, path('job-history', ...place, ...folder.split('/'), job.job));
  }
  if (testgrid !== undefined) {
    const { url, dashboard, tab = job.job } = testgrid;
    links.testgrid = `${joinKey(address('TestGrid', url), path(dashboard))}#${encodeURIComponent(tab)}`;
  }
  return links;
}

/** Provider, bucket and folders as Deck's addresses have them. */
function deckPlace(resultsUri: string): readonly string[] {
  const [, provider = 'gs', place = ''] = /^(?:([a-z0-9+.-]+):\/\/)?(.*)$/i.exec(resultsUri) ?? [];
  const parts = place.split('/').filter((part) => part !== '');
  if (!['gs', 's3'].includes(provider) || parts.length === 0) {
    throw new ProwError('INVALID_OPTION', `Deck cannot show results at ${resultsUri}`, {
      hint: 'Deck reads gs:// and s3:// only; leave out its address, or give results in a bucket.',
    });
  }
  return [provider, ...parts];
}

function path(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

function address(what: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new ProwError('INVALID_OPTION', `not an address of ${what}: ${JSON.stringify(url)}`, {
      hint: 'Write it as https://HOST.',
    });
  }
  return url;
}
