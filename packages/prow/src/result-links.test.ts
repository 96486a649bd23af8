import { describe, expect, it } from 'vitest';
import type { ProwJobInfo } from './job.js';
import { resultLinks } from './result-links.js';

const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', pulls: [{ number: 7, sha: 's' }] };
const job = (type: ProwJobInfo['type']): ProwJobInfo => ({
  type,
  job: 'e2e',
  buildId: '17',
  refs,
  decorated: false,
  warnings: [],
});
const deckUrl = 'https://prow.example/';

describe(resultLinks, () => {
  it.each([
    ['postsubmit', 'logs/e2e/17', 'logs/e2e'],
    ['presubmit', 'pr-logs/pull/acme_widgets/7/e2e/17', 'pr-logs/directory/e2e'],
  ] as const)('leads to the pages of a %s', (type, run, history) => {
    expect(resultLinks('gs://ci-logs', job(type), { deckUrl })).toEqual({
      spyglass: `https://prow.example/view/gs/ci-logs/${run}`,
      jobHistory: `https://prow.example/job-history/gs/ci-logs/${history}`,
    });
  });

  it('knows of no history of a batch', () => {
    expect(resultLinks('s3://ci-logs/', job('batch'), { deckUrl })).toEqual({
      spyglass: 'https://prow.example/view/s3/ci-logs/pr-logs/pull/batch/e2e/17',
    });
  });

  it('takes a bare bucket for one in Cloud Storage', () => {
    expect(resultLinks('ci-logs', job('periodic'), { deckUrl }).spyglass).toContain('/view/gs/ci-logs/logs/');
  });

  it('leads to the tab in TestGrid', () => {
    const testgrid = { url: 'https://testgrid.example', dashboard: 'acme' };
    expect(resultLinks('file:///x', job('periodic'), { testgrid })).toEqual({
      testgrid: 'https://testgrid.example/acme#e2e',
    });
    expect(resultLinks('b', job('periodic'), { testgrid: { ...testgrid, tab: 'a b' } }).testgrid).toMatch(
      /acme#a%20b$/,
    );
  });

  it.each([
    ['results in a folder', 'file:///results', deckUrl, 'Deck cannot show results at file:///results'],
    ['no bucket', 'gs://', deckUrl, 'Deck cannot show results at gs://'],
    ['an address that is none', 'gs://b', 'prow.example', 'not an address of Deck: "prow.example"'],
    ['another scheme', 'gs://b', 'ftp://prow.example', 'not an address of Deck: "ftp://prow.example"'],
  ])('refuses %s', (_what, results, url, message) => {
    expect(() => resultLinks(results, job('periodic'), { deckUrl: url })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
  });
});
