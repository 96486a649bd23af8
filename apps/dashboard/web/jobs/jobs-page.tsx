import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { JobKind, JobRef } from '../../src/api.js';
import { gridAddress, runAddress } from '../app/addresses.js';
import { api, useJob } from '../app/api-client.js';
import { formatCount, formatDuration } from '../app/format.js';
import { Age, Empty, RunStrip, Trouble, useSeen, useTitle, Waiting } from '../app/parts.js';
import { StateTag } from '../app/state-icon.js';

/** Runs of a job that its strip shows. */
const STRIP = 20;

const SECTIONS: readonly (readonly [JobKind, string])[] = [
  ['logs', 'Periodic and postsubmit jobs'],
  ['presubmit', 'Presubmit jobs'],
  ['batch', 'Batch jobs'],
];

/** Every job with its last verdicts. */
export function JobsPage() {
  useTitle('Jobs');
  const [filter, setFilter] = useState('');
  const { data, error, refetch } = useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => api.jobs(signal),
    refetchInterval: 30_000,
  });
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="jobs" />;
  const shown = data.jobs.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  return (
    <>
      <div className="page-head">
        <h1>Jobs</h1>
        <p className="faint">
          {formatCount(data.jobs.length, 'job')} in <code>{data.results}</code>
        </p>
        <input
          type="search"
          placeholder="Filter jobs"
          aria-label="Filter jobs"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {data.jobs.length === 0 ? (
        <Empty>
          There are no runs yet. Start one: <code>seatrial e2e --results {data.results}</code>
        </Empty>
      ) : null}
      {SECTIONS.map(([kind, title]) => {
        const jobs = shown.filter((job) => job.kind === kind);
        return jobs.length === 0 ? null : (
          <section key={kind} aria-labelledby={`jobs-${kind}`}>
            <h2 id={`jobs-${kind}`}>{title}</h2>
            <JobTable jobs={jobs} />
          </section>
        );
      })}
    </>
  );
}

function JobTable({ jobs }: { readonly jobs: readonly JobRef[] }) {
  return (
    <div className="table-box">
      <table className="jobs">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Last verdict</th>
            <th scope="col">Runs, newest first</th>
            <th scope="col" className="number">
              Pass rate
            </th>
            <th scope="col" className="number">
              Median
            </th>
            <th scope="col">Newest run</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <JobRow key={job.job} job={job} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function JobRow({ job }: { readonly job: JobRef }) {
  const [ref, seen] = useSeen<HTMLTableRowElement>();
  const { data, error } = useJob(job.job, STRIP, { enabled: seen });
  const [newest] = data?.runs ?? [];
  return (
    <tr ref={ref}>
      <th scope="row">
        <Link href={gridAddress(job.job)}>{job.name}</Link>
      </th>
      <td>{newest === undefined ? null : <StateTag state={newest.state} />}</td>
      <td className="strip-cell">
        {error !== null ? <span className="is-bad">{error.message}</span> : null}
        {data === undefined ? null : <RunStrip runs={data.runs} label={`Runs of ${job.name}`} />}
      </td>
      <td className="number">{data?.passRate === undefined ? '–' : <PassRate rate={data.passRate} />}</td>
      <td className="number">{data?.medianMs === undefined ? '–' : formatDuration(data.medianMs)}</td>
      <td>
        {newest === undefined ? (
          '–'
        ) : (
          <Link href={runAddress(newest.run)}>
            {newest.startedMs === undefined ? newest.buildId : <Age ms={newest.startedMs} />}
          </Link>
        )}
      </td>
    </tr>
  );
}

function PassRate({ rate }: { readonly rate: number }) {
  return (
    <span className="rate">
      <meter min={0} max={1} low={0.7} high={0.95} optimum={1} value={rate} aria-hidden="true" />
      {Math.round(rate * 100)}%
    </span>
  );
}
