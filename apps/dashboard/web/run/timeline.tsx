import type { RunAnswer, TaskView } from '../../src/api.js';
import { formatDuration } from '../app/format.js';
import { useNow } from '../app/parts.js';
import { type Bar, barsOf } from './attempt-bars.js';
import { StateIcon, stateClass, stateWord } from '../app/state-icon.js';
import type { TaskChoice } from './task-graph.js';
import { ticksOf } from './ticks.js';

/** When each task ran. The chain that set the run's time is marked. */
export function Timeline({ run, selected, onSelect }: TaskChoice & { readonly run: RunAnswer }) {
  const now = useNow(run.state === 'running' ? 1_000 : 60_000);
  const rows = run.tasks.map((task) => ({ task, bars: barsOf(task, now) }));
  const all = rows.flatMap(({ bars }) => bars);
  if (all.length === 0) return null;
  const startMs = Math.min(...all.map((bar) => bar.startMs));
  const endMs = Math.max(startMs + 1_000, ...all.map((bar) => bar.endMs));
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
        {rows.map(({ task, bars }) => {
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
                  {bars.length === 0 ? (
                    <span className="bar-off">{task.reason ?? stateWord(task.state)}</span>
                  ) : (
                    <Bars bars={bars} task={task} percent={percent} />
                  )}
                </span>
                <span className="bar-time">
                  {task.startedMs === undefined || end === undefined ? '' : formatDuration(end - task.startedMs)}
                  <span className="unseen">{restOf(task, bars, startMs)}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** The attempts of a task, joined by a thin line where another was waited for. */
function Bars({
  bars,
  task,
  percent,
}: {
  readonly bars: readonly Bar[];
  readonly task: TaskView;
  percent(ms: number): string;
}) {
  const [first, last] = [bars[0], bars.at(-1)];
  const count = Math.max(task.attempts, bars.length);
  const place = (startMs: number, endMs: number) => ({
    left: percent(startMs),
    width: `calc(${percent(endMs)} - ${percent(startMs)})`,
  });
  return (
    <>
      {first === undefined || last === undefined || bars.length === 1 ? null : (
        <span className="bar-pause" style={place(first.startMs, last.startMs)} />
      )}
      {bars.map(({ startMs, endMs, state, title }) => (
        <span key={startMs} className={`bar ${stateClass(state)}`} style={place(startMs, endMs)} title={title}>
          {count > 1 && startMs === last?.startMs ? (
            <span className="attempts" aria-hidden="true">
              ×{count}
            </span>
          ) : null}
        </span>
      ))}
    </>
  );
}

function endOf({ startedMs, endedMs, state }: TaskView, now: number): number | undefined {
  return endedMs ?? (state === 'running' && startedMs !== undefined ? Math.max(now, startedMs) : undefined);
}

/** What the picture says besides, for those who do not see it. */
function restOf({ attempts, critical }: TaskView, bars: readonly Bar[], startMs: number): string {
  const [first] = bars;
  const count = Math.max(attempts, bars.length);
  return [
    ...(first === undefined ? [] : [`began after ${formatDuration(first.startMs - startMs)}`]),
    ...(count > 1 ? [`${count} attempts`] : []),
    ...bars.flatMap(({ title }) => (title === undefined ? [] : [title])),
    ...(critical ? ['on the critical path'] : []),
  ]
    .map((part) => `, ${part}`)
    .join('');
}
