import { useLocation } from 'wouter';
import type { RunAnswer } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { Empty } from '../app/parts.js';
import { LogView } from './log-view.js';

interface LogPanelProps {
  readonly run: RunAnswer;
  /** The log that is shown; `undefined` where the task has none. */
  readonly file: string | undefined;
  readonly task: string | undefined;
}

/** A log of the run, and the choice of another. */
export function LogPanel({ run, file, task }: LogPanelProps) {
  const [, navigate] = useLocation();
  const known = run.logs.find((log) => log.file === file);
  const state = run.tasks.find(({ name }) => name === task)?.state;
  const isBroken = state === 'failed' || state === 'aborted' || (run.tasks.length === 0 && run.state === 'failed');
  return (
    <>
      <label className="field log-choice">
        Log of{' '}
        <select
          value={file ?? ''}
          onChange={({ target }) => {
            const owner = run.tasks.find(({ log }) => log === target.value);
            const place = owner === undefined ? { file: target.value } : { task: owner.name };
            navigate(runAddress(run.run, { tab: 'log', ...place }));
          }}
        >
          {file === undefined ? <option value="">{task ?? 'nothing'}</option> : null}
          {run.logs.map((log) => (
            <option key={log.file} value={log.file}>
              {titleOf(run, log.file)}
            </option>
          ))}
        </select>
      </label>
      {file === undefined ? (
        <Empty>{run.state === 'running' ? 'Nothing has been logged yet.' : 'This task has logged nothing.'}</Empty>
      ) : (
        <LogView
          key={file}
          run={run.run}
          file={file}
          knownBytes={known?.sizeBytes}
          isLive={run.state === 'running'}
          opensAtError={isBroken}
        />
      )}
    </>
  );
}

function titleOf(run: RunAnswer, file: string): string {
  const task = run.tasks.find(({ log }) => log === file);
  if (task !== undefined) return task.name;
  return file === 'build-log.txt' ? 'the whole run' : (file.split('/').at(-1) ?? file);
}
