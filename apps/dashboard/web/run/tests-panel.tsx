import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { RunAnswer, TestState, TestView } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { HISTORY_RUNS, useHistory, useTests } from '../app/api-client.js';
import { formatDuration } from '../app/format.js';
import { describeRun, Empty, Trouble, Waiting } from '../app/parts.js';
import { StateIcon, stateWord } from '../app/state-icon.js';

const STATES: readonly TestState[] = ['fail', 'flaky', 'skip', 'pass'];

/** The run's tests, those that failed first. */
export function TestsPanel({ run }: { readonly run: RunAnswer }) {
  const { data, error, refetch } = useTests(run.run);
  const [filter, setFilter] = useState('');
  const [only, setOnly] = useState<TestState | undefined>();
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="tests" />;
  const wanted = filter.toLowerCase();
  const shown = data.tests.filter(
    ({ name, state }) => (only === undefined || state === only) && name.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="panel-bar">
        <input
          type="search"
          placeholder="Filter tests"
          aria-label="Filter tests"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <div className="chips" role="group" aria-label="Only tests that">
          {STATES.map((state) => {
            const count = data.tests.filter((test) => test.state === state).length;
            return (
              <button
                key={state}
                type="button"
                aria-pressed={only === state}
                disabled={count === 0}
                onClick={() => setOnly(only === state ? undefined : state)}
              >
                <StateIcon state={state} silent /> {count} {stateWord(state)}
              </button>
            );
          })}
        </div>
      </div>
      {data.problems.map((problem) => (
        <p key={problem} className="warning">
          {problem}
        </p>
      ))}
      {data.tests.length === 0 ? <Empty>No test has reported yet.</Empty> : null}
      <ul className="tests">
        {shown.map((test, at) => (
          <Test key={`${test.file}:${test.name}:${at}`} test={test} run={run} />
        ))}
      </ul>
    </>
  );
}

function Test({ test, run }: { readonly test: TestView; readonly run: RunAnswer }) {
  const [search] = useSearchParams();
  const isWanted = search.get('test') === test.name;
  const [open, setOpen] = useState(isWanted || test.state === 'fail');
  return (
    <li>
      <details
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        ref={(element) => {
          if (isWanted && element?.dataset['shown'] === undefined) {
            element?.scrollIntoView({ block: 'nearest' });
            if (element !== null) element.dataset['shown'] = '';
          }
        }}
        className={isWanted ? 'is-wanted' : ''}
      >
        <summary>
          <StateIcon state={test.state} />
          <span className="test-title">{test.title}</span>
          <span className="faint test-suite">{test.suite}</span>
          <span className="number">{test.seconds === undefined ? '' : formatDuration(test.seconds * 1_000)}</span>
        </summary>
        {open ? <TestBody test={test} run={run} /> : null}
      </details>
    </li>
  );
}

function TestBody({ test, run }: { readonly test: TestView; readonly run: RunAnswer }) {
  return (
    <div className="test-body">
      {test.message === undefined ? null : <p className="test-message">{test.message}</p>}
      {test.text === undefined || test.text.trim() === test.message ? null : <pre>{test.text}</pre>}
      {test.attempts.map((attempt, at) => (
        <div key={at}>
          <h3>Attempt {at + 1} failed</h3>
          <p>{attempt.message}</p>
          {attempt.text === undefined ? null : <pre>{attempt.text}</pre>}
        </div>
      ))}
      {test.output === undefined ? null : (
        <details open={test.state !== 'pass'}>
          <summary>Output</summary>
          <pre>{test.output}</pre>
        </details>
      )}
      <History test={test} run={run} />
      <p className="faint">
        from <Link href={runAddress(run.run, { tab: 'artifacts', file: test.file })}>{test.file}</Link>
      </p>
    </div>
  );
}

/** The same test in the runs of the job. */
function History({ test, run }: { readonly test: TestView; readonly run: RunAnswer }) {
  const { data } = useHistory(run.jobRef.job, true);
  const row = data?.rows.find(({ name }) => name === test.name);
  if (data === undefined || row === undefined) return null;
  return (
    <div className="history">
      <span className="faint">In the last {Math.min(HISTORY_RUNS, data.columns.length)} runs, newest first</span>
      <ol className="strip" aria-label={`History of ${test.name}`}>
        {data.columns.map((head, at) => {
          const state = row.cells[at]?.state ?? 'missing';
          const label = `${stateWord(state)}; run ${describeRun(head)}`;
          return (
            <li key={head.run} {...(head.run === run.run ? { 'aria-current': true } : {})}>
              <Link href={runAddress(head.run, { tab: 'tests', test: test.name })} title={label} aria-label={label}>
                <StateIcon state={state} silent />
              </Link>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
