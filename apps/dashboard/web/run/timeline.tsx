import type { RunAnswer, TaskView } from '../../src/api.js';
import { formatDuration } from '../app/format.js';
import { useNow } from '../app/parts.js';
import { StateIcon, stateClass, stateWord } from '../app/state-icon.js';
import type { TaskChoice } from './task-graph.js';
import { ticksOf } from './ticks.js';

/** When each task ran. The chain that set the run's time is marked. */
export function Timeline({ run, selected, onSelect }: TaskChoice & { readonly run: RunAnswer }) {
  const now = useNow(run.state === 'running' ? 1_000 : 60_000);
  const started = run.tasks.flatMap(({ startedMs }) => (startedMs === undefined ? [] : [startedMs]));
  if (started.length === 0) return null;
  const startMs = Math.min(...started);
  const endMs = Math.max(startMs + 1_000, ...run.tasks.map((task) => endOf(task, now) ?? 0));
  const percent = (ms: number): string => `${((ms - startMs) / (endMs - startMs)) * 100}%`;
  const ticks = ticksOf(endMs - startMs);
  const critical = run.tasks.filter((task) => task.critical);
  const criticalMs = critical.reduce((sum, task) => sum + ((endOf(task, now) ?? 0) - (task.startedMs ?? 0)), 0);
  return (
    <section className="timeline" aria-label="Timeline">
      <p className="timeline-note faint">
        <span className="critical-mark" aria-hidden="true">
          ◆
        </span>{' '}
        critical path{critical.length === 0 ? '' : `: ${formatDuration(criticalMs)}`}
      </p>
      <div className="timeline-axis" aria-hidden="true">
        {ticks.map((ms) => (
          <span key={ms} style={{ left: percent(startMs + ms) }}>
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      <ol>
        {run.tasks.map((task) => {
          const end = endOf(task, now);
          return (
            <li key={task.name}>
              <button
                type="button"
                className={`bar-row ${task.critical ? 'is-critical' : ''}`}
                aria-pressed={task.name === selected}
                onClick={() => onSelect(task.name)}
              >
                <span className="bar-name">
                  <StateIcon state={task.state} silent />
                  <span>
                    {task.name}
                    <span className="unseen">: {stateWord(task.state)}, </span>
                  </span>
                  {task.critical ? (
                    <span className="critical-mark" aria-hidden="true">
                      ◆
                    </span>
                  ) : null}
                </span>
                <span className="bar-lane">
                  {task.startedMs === undefined || end === undefined ? (
                    <span className="bar-off">{task.reason ?? stateWord(task.state)}</span>
                  ) : (
                    <span
                      className={`bar ${stateClass(task.state)}`}
                      style={{ left: percent(task.startedMs), width: percent(startMs + (end - task.startedMs)) }}
                    >
                      {task.attempts > 1 ? (
                        <span className="attempts" aria-hidden="true">
                          ×{task.attempts}
                        </span>
                      ) : null}
                    </span>
                  )}
                </span>
                <span className="bar-time">
                  {task.startedMs === undefined || end === undefined ? '' : formatDuration(end - task.startedMs)}
                  <span className="unseen">{restOf(task, startMs)}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function endOf({ startedMs, endedMs, state }: TaskView, now: number): number | undefined {
  return endedMs ?? (state === 'running' && startedMs !== undefined ? Math.max(now, startedMs) : undefined);
}

/** What the picture says besides, for those who do not see it. */
function restOf({ startedMs, attempts, critical }: TaskView, startMs: number): string {
  return [
    ...(startedMs === undefined ? [] : [`began after ${formatDuration(startedMs - startMs)}`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(critical ? ['on the critical path'] : []),
  ]
    .map((part) => `, ${part}`)
    .join('');
}
