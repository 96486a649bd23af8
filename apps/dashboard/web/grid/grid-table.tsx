import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useRouter } from 'wouter';
import type { GridRow, RunHead } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { ColumnHead } from './column-head.js';
import { Cell } from './grid-cell.js';
import { BLOCK, COLUMN, HEAD, type Place, range, ROW } from './grid-layout.js';
import { Names } from './grid-names.js';
import { Row } from './grid-rows.js';
import { HoverNote } from './hover-note.js';

interface GridTableProps {
  readonly name: string;
  readonly columns: readonly RunHead[];
  readonly rows: readonly GridRow[];
  /** The last column has come into view. */
  onEnd(): void;
}

/** The grid itself: only what is in view is there. One cell takes the focus; arrow keys move it. */
export function GridTable({ name, columns, rows, onEnd }: GridTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Place>({ row: -1, column: 0 });
  const [hovered, setHovered] = useState<Place | undefined>();
  const wantsFocus = useRef(false);
  const { base } = useRouter();
  const [, navigate] = useLocation();
  const paths = useMemo(() => columns.map(({ run }) => base + runAddress(run)), [columns, base]);
  // The names' column is narrower on a phone.
  const names = window.innerWidth < 700 ? 132 : 300;
  const rowItems = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 3,
    useFlushSync: false,
    scrollPaddingStart: HEAD + ROW,
  });
  const columnItems = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => box.current,
    estimateSize: () => COLUMN,
    overscan: BLOCK,
    useFlushSync: false,
    scrollPaddingStart: names,
  });
  const shownRows = rowItems.getVirtualItems();
  const shownColumns = columnItems.getVirtualItems();
  const lastColumn = shownColumns.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastColumn >= columns.length - 2) onEnd();
  }, [lastColumn, columns.length, onEnd]);
  const { firstBlock, lastBlock } = useBlocks(shownColumns, columnItems.range);

  useEffect(() => {
    if (!wantsFocus.current) return;
    const cell = box.current?.querySelector<HTMLElement>(`[data-cell="${active.row}:${active.column}"]`);
    if (cell === null || cell === undefined) return;
    wantsFocus.current = false;
    cell.focus({ preventScroll: true });
  });

  const move = (event: KeyboardEvent): void => {
    const { row, column } = active;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW) - 3);
    const moves: Readonly<Record<string, Place>> = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      PageUp: { row: row - page, column },
      PageDown: { row: row + page, column },
      Home: { row: event.ctrlKey ? -1 : row, column: 0 },
      End: { row: event.ctrlKey ? rows.length - 1 : row, column: columns.length - 1 },
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = {
      row: Math.min(Math.max(to.row, -1), rows.length - 1),
      column: Math.min(Math.max(to.column, 0), columns.length - 1),
    };
    wantsFocus.current = true;
    setActive(next);
    if (next.row >= 0) rowItems.scrollToIndex(next.row);
    columnItems.scrollToIndex(next.column);
  };

  /** Goes to a run without loading the page anew, unless it is to be opened elsewhere. */
  const follow = (event: MouseEvent): void => {
    const href = (event.target as HTMLElement).closest('a')?.getAttribute('href') ?? undefined;
    if (href === undefined || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href.slice(base.length));
  };

  const placeOf = (target: EventTarget): Place | undefined => {
    const text = (target as HTMLElement).closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    const [row, column] = (text ?? '').split(':').map(Number);
    return row === undefined || column === undefined || text === undefined ? undefined : { row, column };
  };

  const shown = range(firstBlock * BLOCK, Math.min(columns.length, (lastBlock + 1) * BLOCK) - 1);
  const span = columnItems.getTotalSize();
  return (
    <>
      <div
        ref={box}
        className="grid"
        onKeyDown={move}
        onClick={follow}
        onFocus={({ target }) => {
          const place = placeOf(target);
          if (place !== undefined) setActive(place);
          setHovered(place);
        }}
        onBlur={() => setHovered(undefined)}
        onMouseOver={({ target }) => setHovered(placeOf(target))}
        onMouseLeave={() => setHovered(undefined)}
        style={{ '--names': `${names}px` } as React.CSSProperties}
      >
        <div className="grid-sheet" style={{ width: names + span }}>
          <Names rows={rows} shown={shownRows} hovered={hovered?.row} />
          <div
            role="grid"
            aria-label={`Tests of ${name} by run`}
            aria-rowcount={rows.length + 2}
            aria-colcount={columns.length + 1}
          >
            <div className="grid-head" style={{ height: HEAD + ROW }}>
              <div role="row" aria-rowindex={1} className="grid-dates" style={{ height: HEAD }}>
                <div role="columnheader" aria-colindex={1} className="grid-name">
                  Test
                </div>
                {shown.map((index) => (
                  <ColumnHead
                    key={index}
                    run={columns[index]}
                    before={columns[index - 1]}
                    index={index}
                    left={names + index * COLUMN}
                  />
                ))}
              </div>
              <div role="row" aria-rowindex={2} className="grid-row" style={{ height: ROW, top: HEAD }}>
                <div role="rowheader" aria-colindex={1} className="grid-name">
                  Overall
                </div>
                {shown.map((index) => {
                  const run = columns[index];
                  if (run === undefined) return null;
                  return (
                    <Cell
                      key={index}
                      place={{ row: -1, column: index }}
                      left={names + index * COLUMN}
                      isActive={active.row === -1 && active.column === index}
                      address={paths[index] ?? ''}
                      state={run.state}
                      run={run}
                    />
                  );
                })}
              </div>
            </div>
            <div className="grid-body" style={{ height: rowItems.getTotalSize() }}>
              {shownRows.map(({ index, start }) => {
                const row = rows[index];
                return row === undefined ? null : (
                  <Row
                    key={row.name}
                    row={row}
                    at={index}
                    top={start}
                    names={names}
                    paths={paths}
                    columns={columns}
                    firstBlock={firstBlock}
                    lastBlock={lastBlock}
                    activeColumn={active.row === index ? active.column : undefined}
                  />
                );
              })}
            </div>
          </div>
        </div>
      </div>
      <HoverNote columns={columns} rows={rows} place={hovered} />
    </>
  );
}

/** Blocks of columns that are there: made between frames where they are not in view yet, at once where they are. */
function useBlocks(
  columns: readonly { readonly index: number }[],
  view: { readonly startIndex: number; readonly endIndex: number } | null,
): { readonly firstBlock: number; readonly lastBlock: number } {
  const firstBlock = Math.floor((columns[0]?.index ?? 0) / BLOCK);
  const lastBlock = Math.floor((columns.at(-1)?.index ?? 0) / BLOCK);
  const [first, last] = [useDeferredValue(firstBlock), useDeferredValue(lastBlock)];
  const covers = view === null || (first * BLOCK <= view.startIndex && view.endIndex < (last + 1) * BLOCK);
  return covers ? { firstBlock: first, lastBlock: last } : { firstBlock, lastBlock };
}
