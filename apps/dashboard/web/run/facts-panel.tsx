import type { ReactNode } from 'react';
import type { RunAnswer } from '../../src/api.js';
import { formatTime } from '../app/format.js';
import { Outward } from './run-header.js';

/** What was tried, with what, where, and what it took. */
export function FactsPanel({ run }: { readonly run: RunAnswer }) {
  const { facts, commit, pull, repo } = run;
  const { cluster } = facts;
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Repository', repo],
    ['Commit', commit === undefined ? undefined : <Outward href={facts.commitUrl}>{commit}</Outward>],
    ['Pull request', pull === undefined ? undefined : <Outward href={facts.pullUrl}>#{pull}</Outward>],
    ['Image', facts.image],
    ['Image tag', facts.imageTag],
    ['Chart', facts.chart],
    ['Chart at', facts.chartUri],
    ['Cluster', cluster?.name],
    ['Project', cluster?.project],
    ['Location', cluster?.location],
    ['Kubernetes', cluster?.version],
    ['Node hours', facts.nodeHours?.toFixed(3)],
    ['Provider', facts.provider],
    ['Host', facts.host],
    ['Started', run.startedMs === undefined ? undefined : formatTime(run.startedMs)],
    ['Ended', run.endedMs === undefined ? undefined : formatTime(run.endedMs)],
    ['Results', run.run],
  ];
  const metadata = Object.entries(facts.metadata);
  return (
    <div className="facts">
      <section aria-label="Facts">
        <dl>
          {rows.map(([name, value]) =>
            value === undefined ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
        {metadata.length === 0 ? null : (
          <>
            <h2>Metadata</h2>
            <dl>
              {metadata.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </section>
      {facts.config === undefined ? null : (
        <section aria-label="Config">
          <h2>Config used</h2>
          <pre tabIndex={0}>{JSON.stringify(facts.config, undefined, 2)}</pre>
        </section>
      )}
    </div>
  );
}
