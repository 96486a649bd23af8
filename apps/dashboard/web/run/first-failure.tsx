import { Link } from 'wouter';
import type { RunAnswer } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { useTests } from '../app/api-client.js';
import { formatCount } from '../app/format.js';
import { StateIcon } from '../app/state-icon.js';

/** Lines of an error's detail that are shown before "more". */
const SHOWN_LINES = 2;

/** Why the run did not pass: the first task that failed, what it said, and its failing tests. */
export function FirstFailure({ run }: { readonly run: RunAnswer }) {
  const { data } = useTests(run.run);
  const task = run.tasks.find(({ name, state }) => name === run.focus && (state === 'failed' || state === 'aborted'));
  const failing = (data?.tests ?? []).filter(({ state }) => state === 'fail');
  const hasFailed = run.state === 'failed' || run.state === 'aborted' || task !== undefined;
  if (!hasFailed) return null;
  const [first] = failing.filter(({ file }) => file.endsWith(`junit_${task?.name}.xml`)).concat(failing);
  const detail = task?.error?.detail ?? first?.text;
  return (
    <section className="failure" aria-label="First failure">
      <StateIcon state={task?.state ?? run.state} silent />
      <div>
        <p className="failure-message">
          {task === undefined ? null : (
            <>
              <strong>{task.name}</strong>{' '}
            </>
          )}
          {task?.error?.message ?? task?.reason ?? first?.message ?? 'The run did not pass; no task or test says why.'}
        </p>
        {detail === undefined ? null : <Detail text={detail} />}
        {task?.error?.hint === undefined ? null : <p className="hint">{task.error.hint}</p>}
        <p className="failure-links">
          {task?.log === undefined ? null : (
            <Link href={runAddress(run.run, { tab: 'log', task: task.name })}>Log at its first error</Link>
          )}
          {first === undefined ? null : (
            <Link href={runAddress(run.run, { tab: 'tests', test: first.name })}>
              {formatCount(failing.length, 'failing test')}
            </Link>
          )}
          {task?.error?.infrastructure === true ? (
            <span className="faint">the infrastructure failed, not the thing under test</span>
          ) : null}
        </p>
      </div>
    </section>
  );
}

function Detail({ text }: { readonly text: string }) {
  const lines = text.trim().split('\n');
  if (lines.length <= SHOWN_LINES) return <pre className="detail">{lines.join('\n')}</pre>;
  return (
    <>
      <pre className="detail">{lines.slice(0, SHOWN_LINES).join('\n')}</pre>
      <details>
        <summary>{formatCount(lines.length - SHOWN_LINES, 'more line')}</summary>
        <pre className="detail">{lines.slice(SHOWN_LINES).join('\n')}</pre>
      </details>
    </>
  );
}
