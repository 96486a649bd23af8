import { memo } from 'react';
import type { GridRow } from '../../src/api.js';
import { HEAD, ROW } from './grid-layout.js';

interface NamesProps {
  readonly rows: readonly GridRow[];
  readonly shown: readonly { readonly index: number; readonly start: number }[];
  readonly hovered: number | undefined;
}

/** The names of all rows stay at the left together: each by itself would be a layer for the browser to move. */
export function Names({ rows, shown, hovered }: NamesProps) {
  return (
    <div className="grid-names">
      {shown.map(({ index, start }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return <Name key={row.name} row={row} at={index} top={start} isHovered={hovered === index} />;
      })}
    </div>
  );
}

interface NameProps {
  readonly row: GridRow;
  readonly at: number;
  readonly top: number;
  readonly isHovered: boolean;
}

const Name = memo(function Name({ row, at, top, isHovered }: NameProps) {
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      id={nameId(at)}
      className={`grid-name${isHovered ? ' is-hovered' : ''}`}
      title={row.name}
      style={{ top: HEAD + ROW + top, height: ROW }}
    >
      <bdi>{row.name}</bdi>
      {row.flakiness > 0 ? (
        <span className="flakiness" title="flakiness: changes between pass and fail, per run">
          {Math.round(row.flakiness * 100)}%
        </span>
      ) : null}
    </div>
  );
});

/** Of the element that a row owns as its name. */
export const nameId = (row: number): string => `test-${row}`;
