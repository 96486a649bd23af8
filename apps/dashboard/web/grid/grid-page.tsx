import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { api } from '../app/api-client.js';
import { formatCount } from '../app/format.js';
import { Empty, Trouble, useTitle, Waiting } from '../app/parts.js';
import { StateTag } from '../app/state-icon.js';
import { chooseRows, type GridOrder, joinPages } from './grid-model.js';
import { GridTable } from './grid-table.js';

/** Runs that one call brings. */
const PAGE = 50;

/** A job's tests by its runs. */
export function GridPage({ job }: { readonly job: string }) {
  const name = job.split('/').at(-1) ?? job;
  useTitle(`Grid of ${name}`);
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<GridOrder>('run');
  const query = useInfiniteQuery({
    queryKey: ['grid', job],
    queryFn: ({ pageParam, signal }) => api.grid({ job, count: PAGE, before: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ more, columns }) => (more ? columns.at(-1)?.buildId : undefined),
    staleTime: 15_000,
    // Comparing a page cell by cell takes longer than a frame lasts.
    structuralSharing: false,
  });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const joined = useMemo(() => (data === undefined ? undefined : joinPages(data.pages)), [data]);
  // Another page is taken in between frames.
  const model = useDeferredValue(joined);
  const rows = useMemo(() => (model === undefined ? [] : chooseRows(model, filter, order)), [model, filter, order]);
  if (error !== null) return <Trouble error={error} retry={() => void query.refetch()} />;
  if (model === undefined) return <Waiting what="the grid" />;
  return (
    <div className="grid-page">
      <div className="page-head">
        <h1>
          <Link href="/" className="crumb">
            Jobs
          </Link>
          {name}
        </h1>
        <p className="faint">
          {formatCount(model.rows.length, 'test')}, {formatCount(model.columns.length, 'run')}
          {hasNextPage ? ', more to the right' : ''}
        </p>
        <input
          type="search"
          placeholder="Filter tests"
          aria-label="Filter tests"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <label className="field">
          Order{' '}
          <select value={order} onChange={(event) => setOrder(event.target.value as GridOrder)}>
            <option value="run">as run</option>
            <option value="flaky">flakiest first</option>
            <option value="failing">failing first</option>
            <option value="name">by name</option>
          </select>
        </label>
      </div>
      {model.columns.length === 0 ? (
        <Empty>This job has no runs.</Empty>
      ) : (
        <>
          <GridTable
            name={name}
            columns={model.columns}
            rows={rows}
            onEnd={() => {
              // The end of what is shown is not the end of what has come, until that is shown.
              if (hasNextPage && !isFetchingNextPage && model === joined) void fetchNextPage();
            }}
          />
          <p className="legend" aria-label="Legend">
            {(['pass', 'fail', 'flaky', 'skip', 'running', 'aborted', 'missing'] as const).map((state) => (
              <StateTag key={state} state={state} />
            ))}
          </p>
        </>
      )}
    </div>
  );
}
