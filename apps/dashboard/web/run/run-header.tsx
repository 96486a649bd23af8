import { Link } from 'wouter';
import type { RunAnswer } from '../../src/api.js';
import { compareAddress, gridAddress } from '../app/addresses.js';
import { useJob } from '../app/api-client.js';
import { formatDuration, formatTime, shortBuild, shortCommit } from '../app/format.js';
import { Age, RunStrip, useNow } from '../app/parts.js';
import { StateTag } from '../app/state-icon.js';
import type { Following } from './use-live-run.js';

/** After so long without a change, a run that has no end is said to be silent. */
const SILENT_MS = 10 * 60 * 1_000;

/** Verdict, time, commit; and the runs around this one. */
export function RunHeader({ run, following }: { readonly run: RunAnswer; readonly following: Following }) {
  const { jobRef, buildId, state, commit, pull, facts, startedMs } = run;
  const { data: job } = useJob(jobRef.job, 15);
  const at = job?.runs.findIndex((one) => one.run === run.run) ?? -1;
  const before = at < 0 ? undefined : job?.runs[at + 1];
  return (
    <header className="run-head">
      <nav aria-label="Breadcrumb" className="faint">
        <Link href="/">Jobs</Link> / <Link href={gridAddress(jobRef.job)}>{jobRef.name}</Link>
      </nav>
      <h1>
        <StateTag state={state} /> <span className="run-name">{jobRef.name}</span>{' '}
        <span className="faint" title={buildId}>
          {shortBuild(buildId)}
        </span>
        <FollowingNote run={run} following={following} />
      </h1>
      <dl className="run-facts">
        {startedMs === undefined ? null : (
          <div>
            <dt>Started</dt>
            <dd title={formatTime(startedMs)}>
              <Age ms={startedMs} />
            </dd>
          </div>
        )}
        <Lasted run={run} />
        {commit === undefined ? null : (
          <div>
            <dt>Commit</dt>
            <dd>
              <Outward href={facts.commitUrl}>
                <code>{shortCommit(commit)}</code>
              </Outward>
            </dd>
          </div>
        )}
        {pull === undefined ? null : (
          <div>
            <dt>Pull request</dt>
            <dd>
              <Outward href={facts.pullUrl}>#{pull}</Outward>
            </dd>
          </div>
        )}
        {facts.provider === undefined ? null : (
          <div>
            <dt>Provider</dt>
            <dd>{facts.provider}</dd>
          </div>
        )}
        <div className="run-around">
          <dt>
            Runs of this job
            {before === undefined ? null : (
              <Link href={compareAddress(before.run, run.run)}>compare with the one before</Link>
            )}
          </dt>
          <dd>{job === undefined ? null : <RunStrip runs={job.runs} label={`Runs of ${jobRef.name}`} />}</dd>
        </div>
      </dl>
      {run.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
    </header>
  );
}

function Lasted({ run: { startedMs, endedMs, state } }: { readonly run: RunAnswer }) {
  const now = useNow(state === 'running' ? 1_000 : 60_000);
  if (startedMs === undefined) return null;
  const until = endedMs ?? (state === 'running' ? now : undefined);
  return (
    <div>
      <dt>{endedMs === undefined ? 'Running for' : 'Duration'}</dt>
      <dd>{until === undefined ? '–' : formatDuration(until - startedMs)}</dd>
    </div>
  );
}

function FollowingNote({ run, following }: { readonly run: RunAnswer; readonly following: Following }) {
  const now = useNow(5_000);
  if (run.state !== 'running') return null;
  const silentMs = run.changedMs === undefined ? 0 : now - run.changedMs;
  return (
    <span className={`following following-${following}`} role="status">
      {following === 'lost' ? 'connection lost, trying again' : following === 'live' ? 'live' : 'connecting'}
      {silentMs > SILENT_MS ? `; nothing new for ${formatDuration(silentMs)}: it may have been killed` : ''}
    </span>
  );
}

/** A link that leads away from the page, where there is one. */
export function Outward({ href, children }: { readonly href: string | undefined; readonly children: React.ReactNode }) {
  if (href === undefined || !href.startsWith('https://')) return <>{children}</>;
  return (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  );
}
