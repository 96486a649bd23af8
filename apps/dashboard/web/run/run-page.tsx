import { useLocation, useSearchParams } from 'wouter';
import type { RunAnswer, TaskView } from '../../src/api.js';
import { runAddress, type RunPlace } from '../app/addresses.js';
import { useRun } from '../app/api-client.js';
import { useKeys } from '../app/keys.js';
import { Trouble, useTitle, Waiting } from '../app/parts.js';
import { stateWord } from '../app/state-icon.js';
import { LogPanel } from '../log/log-panel.js';
import { ArtifactsPanel } from './artifacts-panel.js';
import { FactsPanel } from './facts-panel.js';
import { FirstFailure } from './first-failure.js';
import { RunHeader } from './run-header.js';
import { TaskGraph } from './task-graph.js';
import { TestsPanel } from './tests-panel.js';
import { Timeline } from './timeline.js';
import { useLiveRun } from './use-live-run.js';

const TABS = ['log', 'tests', 'artifacts', 'facts'] as const;
type Tab = (typeof TABS)[number];

/** One run, live or ended. What is looked at stands in the address. */
export function RunPage({ run }: { readonly run: string }) {
  const { data, error, refetch } = useRun(run);
  const following = useLiveRun(run, data?.state === 'running');
  useTitle(data === undefined ? run : `${stateWord(data.state)}: ${data.jobRef.name} ${data.buildId}`);
  if (data === undefined && error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="the run" />;
  return (
    <article className="run">
      <RunHeader run={data} following={following} />
      <FirstFailure run={data} />
      <RunBody run={data} />
    </article>
  );
}

function RunBody({ run }: { readonly run: RunAnswer }) {
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const task = search.get('task') ?? run.focus ?? run.tasks[0]?.name;
  const tab = tabOf(search.get('tab'));
  const go = (place: RunPlace, options?: { replace: boolean }): void => {
    const kept = { ...(search.get('task') === null ? {} : { task: search.get('task') ?? '' }) };
    navigate(runAddress(run.run, { ...kept, ...place }), options);
  };
  // A task's own is its log; the other tabs are of the whole run.
  const select = (name: string): void => go({ tab: 'log', task: name });
  const at = run.tasks.findIndex(({ name }) => name === task);
  const step = (by: number): void => {
    const next = run.tasks[at + by];
    if (next !== undefined) go({ tab, task: next.name });
  };
  useKeys({
    '[': () => step(-1),
    ']': () => step(1),
    l: () => go({ tab: 'log' }),
    t: () => go({ tab: 'tests' }),
    a: () => go({ tab: 'artifacts' }),
    f: () => go({ tab: 'facts' }),
  });
  return (
    <>
      {run.tasks.length === 0 ? null : (
        <div className="run-overview">
          <TaskGraph tasks={run.tasks} selected={task} onSelect={select} />
          <Timeline run={run} selected={task} onSelect={select} />
        </div>
      )}
      <div className="tabs" role="tablist" aria-label="Of this run" onKeyDown={moveBetweenTabs}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="tab-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => go({ tab: name })}
          >
            {name[0]?.toUpperCase()}
            {name.slice(1)}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
        {tab === 'log' ? <LogPanel run={run} file={logOf(run, search.get('file'), task)} task={task} /> : null}
        {tab === 'tests' ? <TestsPanel run={run} /> : null}
        {tab === 'artifacts' ? <ArtifactsPanel run={run} file={search.get('file')} /> : null}
        {tab === 'facts' ? <FactsPanel run={run} /> : null}
      </div>
    </>
  );
}

function tabOf(text: string | null): Tab {
  return TABS.find((tab) => tab === text) ?? 'log';
}

/** The file that was asked for, else the task's log, else the run's whole log. */
function logOf(run: RunAnswer, file: string | null, task: string | undefined): string | undefined {
  if (file !== null) return file;
  const own: TaskView | undefined = run.tasks.find(({ name }) => name === task);
  if (own !== undefined) return own.log;
  return run.logs.find(({ file: name }) => name === 'build-log.txt')?.file ?? run.logs[0]?.file;
}

/** Arrow keys, as tabs have them. */
function moveBetweenTabs(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}
