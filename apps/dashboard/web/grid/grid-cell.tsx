import { memo } from 'react';
import type { GridCell, RunHead } from '../../src/api.js';
import { describeRun } from '../app/parts.js';
import { type AnyState, stateWord } from '../app/state-icon.js';
import type { Place } from './grid-layout.js';

interface CellProps {
  readonly place: Place;
  readonly left: number;
  readonly isActive: boolean;
  readonly address: string;
  readonly state: AnyState;
  readonly run: RunHead;
  /** Of the test; left out in the row of the runs themselves. */
  readonly name?: string;
  readonly cell?: GridCell | null;
}

/** One test in one run, or the run itself. */
export const Cell = memo(
  function Cell({ place, left, isActive, address, state, run, name, cell = null }: CellProps) {
    const label = name === undefined ? describeRun(run) : labelOf(name, cell, run);
    return (
      <div role="gridcell" aria-colindex={place.column + 2} className={`cell cell-${state}`} style={{ left }}>
        {/* A plain link with a shape of CSS: there are hundreds, and each has to be made within a frame. */}
        <a href={address} tabIndex={isActive ? 0 : -1} data-cell={`${place.row}:${place.column}`} aria-label={label} />
      </div>
    );
  },
  (a, b) =>
    a.left === b.left &&
    a.isActive === b.isActive &&
    a.address === b.address &&
    a.state === b.state &&
    a.place.row === b.place.row &&
    // What is read anew is other objects that mostly say the same.
    (a.name === undefined ? a.run === b.run : a.run.buildId === b.run.buildId) &&
    a.name === b.name &&
    a.cell?.message === b.cell?.message,
);

function labelOf(name: string, cell: GridCell | null, { buildId }: RunHead): string {
  const message = cell?.message === undefined ? '' : `: ${cell.message}`;
  return `${stateWord(cell?.state ?? 'missing')}, ${name}, build ${buildId}${message}`;
}
