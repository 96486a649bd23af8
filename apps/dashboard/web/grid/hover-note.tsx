import type { GridRow, RunHead } from '../../src/api.js';
import { formatDuration, formatTime } from '../app/format.js';
import { type AnyState, StateIcon, stateWord } from '../app/state-icon.js';
import type { Place } from './grid-layout.js';

interface HoverNoteProps {
  readonly columns: readonly RunHead[];
  readonly rows: readonly GridRow[];
  readonly place: Place | undefined;
}

/** What the cell under the pointer, or with the focus, says. The same is read out by the cell's own label. */
export function HoverNote({ columns, rows, place }: HoverNoteProps) {
  const run = place === undefined ? undefined : columns[place.column];
  if (place === undefined || run === undefined) {
    return (
      <div className="grid-note faint" aria-hidden="true">
        Point at a cell, or move with the arrow keys; Enter opens the run.
      </div>
    );
  }
  const row = rows[place.row];
  const cell = row?.cells[place.column] ?? null;
  const state: AnyState = row === undefined ? run.state : (cell?.state ?? 'missing');
  return (
    <div className="grid-note" aria-hidden="true">
      <StateIcon state={state} silent />
      <strong>{row?.name ?? 'Overall'}</strong>
      <span className="faint">
        {stateWord(state)}
        {cell?.seconds === undefined ? '' : ` in ${formatDuration(cell.seconds * 1_000)}`}, build {run.buildId}
        {run.startedMs === undefined ? '' : `, ${formatTime(run.startedMs)}`}
      </span>
      {cell?.message === undefined ? null : <span className="grid-message">{cell.message}</span>}
    </div>
  );
}
