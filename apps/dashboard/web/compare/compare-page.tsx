import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { CompareAnswer, Difference, RunHead } from '../../src/api.js';
import { compareAddress, runAddress } from '../app/addresses.js';
import { api, useJob } from '../app/api-client.js';
import { formatCount, formatDuration, shortBuild, shortCommit } from '../app/format.js';
import { Age, describeRun, Empty, Trouble, useTitle, Waiting } from '../app/parts.js';
import { StateIcon, StateTag, stateWord } from '../app/state-icon.js';

/** Runs that are offered. */
const OFFERED = 50;

/** Two runs side by side: what changed. */
export function ComparePage() {
  useTitle('Compare');
  const [search] = useSearchParams();
  const [a, b] = [search.get('a') ?? '', search.get('b') ?? ''];
  const known = b || a;
  return (
    <>
      <div className="page-head">
        <h1>Compare</h1>
      </div>
      {known === '' ? (
        <ChooseJob />
      ) : (
        <>
          <ChooseRuns a={a} b={b} job={jobOf(known)} />
          {a === '' || b === '' ? <Empty>Choose two runs.</Empty> : <Compared a={a} b={b} />}
        </>
      )}
    </>
  );
}

/** The folder whose history has a run. */
function jobOf(run: string): string {
  const parts = run.split('/');
  const isPull = parts[1] === 'pull' && parts[2] !== 'batch';
  return isPull ? `pr-logs/directory/${parts.at(-2)}` : parts.slice(0, -1).join('/');
}

function ChooseJob() {
  const { data, error } = useQuery({ queryKey: ['jobs'], queryFn: ({ signal }) => api.jobs(signal) });
  const [, navigate] = useLocation();
  if (error !== null) return <Trouble error={error} />;
  if (data === undefined) return <Waiting what="jobs" />;
  const choose = async (job: string): Promise<void> => {
    const { runs } = await api.job(job, 2);
    const [newest, before] = runs;
    if (newest !== undefined) navigate(compareAddress(before?.run ?? newest.run, newest.run));
  };
  return (
    <label className="field">
      Runs of{' '}
      <select defaultValue="" onChange={({ target }) => void choose(target.value)}>
        <option value="" disabled>
          choose a job
        </option>
        {data.jobs.map(({ job, name }) => (
          <option key={job} value={job}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ChooseRuns({ a, b, job }: { readonly a: string; readonly b: string; readonly job: string }) {
  const { data } = useJob(job, OFFERED);
  const [, navigate] = useLocation();
  const pick = (label: string, value: string, onPick: (run: string) => void): ReactNode => (
    <label className="field">
      {label}{' '}
      <select value={value} onChange={({ target }) => onPick(target.value)}>
        {data?.runs.some(({ run }) => run === value) === true ? null : <option value={value}>{value}</option>}
        {(data?.runs ?? []).map((run) => (
          <option key={run.run} value={run.run}>
            {describeRun(run)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div className="compare-choice">
      {pick('Before', a, (run) => navigate(compareAddress(run, b)))}
      <button type="button" onClick={() => navigate(compareAddress(b, a))}>
        Swap
      </button>
      {pick('After', b, (run) => navigate(compareAddress(a, run)))}
    </div>
  );
}

function Compared({ a, b }: { readonly a: string; readonly b: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['compare', a, b],
    queryFn: ({ signal }) => api.compare(a, b, signal),
  });
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="both runs" />;
  return (
    <div className="compare">
      <div className="compare-heads">
        <RunCard title="Before" run={data.a} />
        <RunCard title="After" run={data.b} />
      </div>
      <Tests data={data} />
      <Durations data={data} />
      <Differences title="Config" empty="The config is the same." list={data.config} />
      <Differences title="What was tried, and where" empty="Image, chart and cluster are the same." list={data.facts} />
    </div>
  );
}

function RunCard({ title, run }: { readonly title: string; readonly run: RunHead }) {
  return (
    <section className="card" aria-label={`Run ${title.toLowerCase()}`}>
      <h2 className="faint">{title}</h2>
      <p>
        <StateTag state={run.state} /> <Link href={runAddress(run.run)}>{shortBuild(run.buildId)}</Link>{' '}
        {run.commit === undefined ? null : <code>{shortCommit(run.commit)}</code>}{' '}
        {run.startedMs === undefined ? null : <Age ms={run.startedMs} />}
      </p>
    </section>
  );
}

function Tests({ data }: { readonly data: CompareAnswer }) {
  return (
    <section aria-labelledby="compare-tests">
      <h2 id="compare-tests">Tests</h2>
      <p className="faint">
        {data.tests.length === 0 ? 'No test changed' : `${formatCount(data.tests.length, 'test')} changed`},{' '}
        {formatCount(data.sameTests, 'test')} did not.
      </p>
      {data.tests.length === 0 ? null : (
        <div className="table-box">
          <table>
            <thead>
              <tr>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col">Test</th>
                <th scope="col">Message</th>
              </tr>
            </thead>
            <tbody>
              {data.tests.map(({ name, a, b, message }) => (
                <tr key={name}>
                  <td>
                    <StateTag state={a ?? 'missing'} />
                  </td>
                  <td>
                    <StateTag state={b ?? 'missing'} />
                  </td>
                  <th scope="row">
                    <Link href={runAddress((b === undefined ? data.a : data.b).run, { tab: 'tests', test: name })}>
                      {name}
                    </Link>
                  </th>
                  <td className="message">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Durations({ data }: { readonly data: CompareAnswer }) {
  const longest = Math.max(1, ...data.tasks.flatMap(({ aMs = 0, bMs = 0 }) => [aMs, bMs]));
  if (data.tasks.length === 0) return null;
  return (
    <section aria-labelledby="compare-durations">
      <h2 id="compare-durations">Durations</h2>
      <div className="table-box">
        <table className="durations">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" className="number">
                Before
              </th>
              <th scope="col" className="number">
                After
              </th>
              <th scope="col" className="number">
                Change
              </th>
              <th scope="col" aria-label="As bars" />
            </tr>
          </thead>
          <tbody>
            {data.tasks.map(({ name, aMs, bMs, aState, bState }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">
                  <Lasted ms={aMs} state={aState} />
                </td>
                <td className="number">
                  <Lasted ms={bMs} state={bState} />
                </td>
                <td className="number">{aMs === undefined || bMs === undefined ? '' : change(bMs - aMs)}</td>
                <td className="pair" aria-hidden="true">
                  <span style={{ width: `${((aMs ?? 0) / longest) * 100}%` }} className="pair-a" />
                  <span style={{ width: `${((bMs ?? 0) / longest) * 100}%` }} className="pair-b" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Lasted({
  ms,
  state,
}: {
  readonly ms: number | undefined;
  readonly state: CompareAnswer['tasks'][number]['aState'];
}) {
  if (state === undefined) return <span className="faint">not there</span>;
  return (
    <>
      {ms === undefined ? <span className="faint">{stateWord(state)}</span> : formatDuration(ms)}{' '}
      <StateIcon state={state} />
    </>
  );
}

function change(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${formatDuration(Math.abs(ms))}`;
}

interface DifferencesProps {
  readonly title: string;
  readonly empty: string;
  readonly list: readonly Difference[];
}

function Differences({ title, empty, list }: DifferencesProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {list.length === 0 ? (
        <p className="faint">{empty}</p>
      ) : (
        <div className="table-box">
          <table>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {list.map(({ path, a, b }) => (
                <tr key={path}>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  <td>{a === undefined ? <span className="faint">none</span> : <del>{a}</del>}</td>
                  <td>{b === undefined ? <span className="faint">none</span> : <ins>{b}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
