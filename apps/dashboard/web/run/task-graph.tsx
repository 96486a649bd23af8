import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { TaskView } from '../../src/api.js';
import { formatDuration } from '../app/format.js';
import { useNow } from '../app/parts.js';
import { StateIcon, stateClass, stateWord } from '../app/state-icon.js';
import { type GraphLayout, layOut, NODE_HEIGHT } from './graph-layout.js';

export interface TaskChoice {
  readonly selected: string | undefined;
  onSelect(task: string): void;
}

/** The graph of tasks with their states. */
export function TaskGraph({ tasks, selected, onSelect }: TaskChoice & { readonly tasks: readonly TaskView[] }) {
  // Only the shape decides where things go: a change of state moves nothing.
  const shape = JSON.stringify(tasks.map(({ name, needs, after }) => ({ name, needs, after })));
  const [layout, setLayout] = useState<GraphLayout | undefined>();
  const outline = useMemo(() => JSON.parse(shape) as TaskView[], [shape]);
  useEffect(() => {
    let isStale = false;
    void layOut(outline).then((made) => {
      if (!isStale) setLayout(made);
    });
    return () => {
      isStale = true;
    };
  }, [outline]);
  const [box, room] = useWidth();
  const now = useNow(1_000);
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return (
    <section className="graph" aria-label="Task graph" tabIndex={0} ref={box}>
      {layout === undefined ? null : (
        <div
          className="graph-plane"
          style={{ width: layout.width, height: layout.height, zoom: zoomFor(layout, room) }}
        >
          <svg width={layout.width} height={layout.height} aria-hidden="true">
            {layout.edges.map(({ from, to, needs, points }) => {
              const isCritical = byName.get(from)?.critical === true && byName.get(to)?.critical === true;
              const kind = `${needs ? '' : 'edge-after'} ${isCritical ? 'edge-critical' : ''}`;
              return <path key={`${from}>${to}`} d={curve(points)} className={`edge ${kind}`} />;
            })}
          </svg>
          {layout.nodes.map(({ name, x, y, width }) => {
            const task = byName.get(name);
            return task === undefined ? null : (
              <button
                key={name}
                type="button"
                className={`node ${stateClass(task.state)} ${task.selected ? '' : 'node-off'}`}
                style={{ left: x - width / 2, top: y - NODE_HEIGHT / 2, width, height: NODE_HEIGHT }}
                aria-pressed={name === selected}
                aria-label={`${name}: ${stateWord(task.state)}${durationOf(task, now)}`}
                title={task.summary}
                onClick={() => onSelect(name)}
              >
                <StateIcon state={task.state} silent />
                <span className="node-name">{name}</span>
              </button>
            );
          })}
        </div>
      )}
    </section>
  );
}

/** Smaller where there is little room, but not so small that it cannot be read: then it is scrolled. */
function zoomFor({ width }: GraphLayout, room: number): number {
  return room === 0 ? 1 : Math.min(1, Math.max(0.78, (room - 2) / width));
}

/** Width of an element, now and later. */
function useWidth(): [RefObject<HTMLElement | null>, number] {
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

function durationOf({ startedMs, endedMs, state }: TaskView, now: number): string {
  if (startedMs === undefined) return '';
  const end = endedMs ?? (state === 'running' ? now : startedMs);
  return ` ${formatDuration(end - startedMs)}`;
}

/** A line through points, level where it leaves and where it arrives. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let from = first;
  const parts = [`M${first.x} ${first.y}`];
  for (const { x, y } of rest) {
    const middle = (from.x + x) / 2;
    parts.push(`C${middle} ${from.y} ${middle} ${y} ${x} ${y}`);
    from = { x, y };
  }
  return parts.join('');
}
