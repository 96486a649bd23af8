import { memo } from 'react';
import type { GridRow, RunHead } from '../../src/api.js';
import { Cell } from './grid-cell.js';
import { BLOCK, COLUMN, range, ROW } from './grid-layout.js';
import { nameId } from './grid-names.js';

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
export const Row = memo(function Row({
  row,
  at,
  top,
  names,
  paths,
  columns,
  firstBlock,
  lastBlock,
  activeColumn,
}: RowProps) {
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
