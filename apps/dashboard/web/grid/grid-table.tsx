import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  memo,
  type MouseEvent,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useLocation, useRouter } from 'wouter';
import type { GridCell, GridRow, RunHead } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { formatDuration, formatTime, shortCommit } from '../app/format.js';
import { describeRun } from '../app/parts.js';
import { type AnyState, StateIcon, stateWord } from '../app/state-icon.js';

/** Sizes in pixels. The names' column is narrower on a phone. */
const [ROW, COLUMN, HEAD] = [26, 46, 58];
/** Columns that come and go together, and whose cells of a row are laid out together. */
const BLOCK = 2;

interface Place {
  /** -1 is the row of the runs themselves. */
  readonly row: number;
  readonly column: number;
}

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
  // Made between frames, some time before they come into view.
  const firstBlock = useDeferredValue(Math.floor((shownColumns[0]?.index ?? 0) / BLOCK));
  const lastBlock = useDeferredValue(Math.floor(lastColumn / BLOCK));

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

interface RowProps {
  readonly row: GridRow;
  readonly at: number;
  readonly top: number;
  /** Width of the names' column. */
  readonly names: number;
  /** Addresses of the runs, by column. */
  readonly paths: readonly string[];
  readonly columns: readonly RunHead[];
  /** Blocks of columns that are there. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly activeColumn: number | undefined;
}

/** One test. Scrolling makes rows anew only where they come into view. */
const Row = memo(function Row({ row, at, top, names, paths, columns, firstBlock, lastBlock, activeColumn }: RowProps) {
  return (
    <div role="row" aria-rowindex={at + 3} aria-owns={nameId(at)} className="grid-row" style={{ top, height: ROW }}>
      {range(firstBlock, lastBlock).map((block) => (
        <Block
          key={block}
          row={row}
          at={at}
          names={names}
          paths={paths}
          columns={columns}
          start={block * BLOCK}
          activeColumn={
            activeColumn !== undefined && Math.floor(activeColumn / BLOCK) === block ? activeColumn : undefined
          }
        />
      ))}
    </div>
  );
});

interface NamesProps {
  readonly rows: readonly GridRow[];
  readonly shown: readonly { readonly index: number; readonly start: number }[];
  readonly hovered: number | undefined;
}

/** The names of all rows stay at the left together: each by itself would be a layer for the browser to move. */
function Names({ rows, shown, hovered }: NamesProps) {
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

interface NameProps extends Pick<RowProps, 'row' | 'at' | 'top'> {
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

const nameId = (row: number): string => `test-${row}`;

/** Whole numbers from one to another, both included. */
function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}

interface BlockProps extends Omit<RowProps, 'top' | 'firstBlock' | 'lastBlock'> {
  /** Its first column. */
  readonly start: number;
}

const Block = memo(function Block({ row, at, names, paths, columns, start, activeColumn }: BlockProps) {
  const place = `?${new URLSearchParams({ tab: 'tests', test: row.name })}`;
  return (
    <div role="presentation" className="cells" style={{ left: names + start * COLUMN, width: BLOCK * COLUMN }}>
      {columns.slice(start, start + BLOCK).map((run, offset) => {
        const index = start + offset;
        const cell = row.cells[index] ?? null;
        return (
          <Cell
            key={index}
            place={{ row: at, column: index }}
            left={offset * COLUMN}
            isActive={activeColumn === index}
            address={`${paths[index] ?? ''}${place}`}
            state={cell?.state ?? 'missing'}
            name={row.name}
            run={run}
            cell={cell}
          />
        );
      })}
    </div>
  );
});

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

const Cell = memo(
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
    a.run === b.run &&
    a.cell === b.cell,
);

function labelOf(name: string, cell: GridCell | null, { buildId }: RunHead): string {
  const message = cell?.message === undefined ? '' : `: ${cell.message}`;
  return `${stateWord(cell?.state ?? 'missing')}, ${name}, build ${buildId}${message}`;
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

interface ColumnHeadProps {
  readonly run: RunHead | undefined;
  readonly before: RunHead | undefined;
  readonly index: number;
  readonly left: number;
}

/** Day (where it changes), time and commit. */
const ColumnHead = memo(function ColumnHead({ run, before, index, left }: ColumnHeadProps) {
  if (run === undefined) return null;
  const day = dayOf(run);
  return (
    <div role="columnheader" aria-colindex={index + 2} className="grid-date" style={{ left }} title={describeRun(run)}>
      <span className="grid-day">{day !== (before === undefined ? '' : dayOf(before)) ? day : ''}</span>
      <span>{run.startedMs === undefined ? '' : hours.format(run.startedMs)}</span>
      <code>{run.commit === undefined ? '' : shortCommit(run.commit).slice(0, 6)}</code>
    </div>
  );
});

function dayOf({ startedMs }: RunHead): string {
  return startedMs === undefined ? '' : days.format(startedMs);
}

interface HoverNoteProps {
  readonly columns: readonly RunHead[];
  readonly rows: readonly GridRow[];
  readonly place: Place | undefined;
}

/** What the cell under the pointer, or with the focus, says. The same is read out by the cell's own label. */
function HoverNote({ columns, rows, place }: HoverNoteProps) {
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
