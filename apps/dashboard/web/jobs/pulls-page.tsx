import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { PullRef } from '../../src/api.js';
import { gridAddress } from '../app/addresses.js';
import { api } from '../app/api-client.js';
import { Empty, RunStrip, Trouble, useSeen, useTitle, Waiting } from '../app/parts.js';
import { StateTag } from '../app/state-icon.js';

/** Pull requests with the last runs of each of their jobs. */
export function PullsPage() {
  useTitle('Pull requests');
  const [filter, setFilter] = useState('');
  const { data, error, refetch } = useQuery({
    queryKey: ['pulls'],
    queryFn: ({ signal }) => api.pulls(signal),
    refetchInterval: 30_000,
  });
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="pull requests" />;
  const wanted = filter.toLowerCase();
  const shown = data.pulls.filter(({ number, repo }) => `${repo} #${number}`.toLowerCase().includes(wanted));
  return (
    <>
      <div className="page-head">
        <h1>Pull requests</h1>
        {data.more ? <p className="faint">Older ones are left out.</p> : null}
        <input
          type="search"
          placeholder="Filter by repository or number"
          aria-label="Filter pull requests"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {data.pulls.length === 0 ? <Empty>No presubmit has run yet.</Empty> : null}
      <ul className="pulls">
        {shown.map((pull) => (
          <Pull key={pull.pull} pull={pull} />
        ))}
      </ul>
    </>
  );
}

function Pull({ pull }: { readonly pull: PullRef }) {
  const [ref, seen] = useSeen<HTMLLIElement>();
  const { data, error } = useQuery({
    queryKey: ['pull', pull.pull],
    queryFn: ({ signal }) => api.pull(pull.pull, signal),
    refetchInterval: 15_000,
    enabled: seen,
  });
  // The folder is ORG_REPO; names of organisations have no underscore.
  const repo = pull.repo.replace('_', '/');
  return (
    <li ref={ref} className="card">
      <h2>
        {repo} <span className="faint">#{pull.number}</span>
      </h2>
      {error === null ? null : <Trouble error={error} />}
      <ul>
        {(data?.jobs ?? []).map((job) => (
          <li key={job.job} className="pull-job">
            {job.runs[0] === undefined ? null : <StateTag state={job.runs[0].state} />}
            <Link href={gridAddress(`pr-logs/directory/${job.name}`)}>{job.name}</Link>
            <RunStrip runs={job.runs} label={`Runs of ${job.name} on #${pull.number}`} />
          </li>
        ))}
      </ul>
    </li>
  );
}
