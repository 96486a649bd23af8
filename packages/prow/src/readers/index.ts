/**
 * How TestGrid, Spyglass, Deck and Gubernator read a run, each by its own rules.
 *
 * @example
 * ```ts
 * import { runVerdict } from '@seatrial/prow/readers';
 *
 * const { testgrid, deck } = await runVerdict(store, 'gs://ci-logs/logs/ci-widgets/17', { nowMs: Date.now() });
 * ```
 *
 * @module
 */
export { runVerdict } from './run-verdict.js';
export type { ListedFileTest, RunVerdict } from './run-verdict.js';
export type { RunStore } from './read-run.js';
export { parseJunitDocument } from './junit-document.js';
export type { DocumentCase, DocumentNote, DocumentSuite } from './junit-document.js';
export { isSpyglassJunitFile, parseJunitFileName } from './junit-file-name.js';
export type { JunitFileName } from './junit-file-name.js';
export type { Cell, CellResult } from './cell.js';
export { testgridCell, testgridRows } from './testgrid-rows.js';
export { explainOverall, testgridOverall } from './testgrid-overall.js';
export type { ReadFinished, ReadStarted, RunFiles } from './testgrid-overall.js';
export { testgridColumn, testgridHeader, testgridVersion } from './testgrid-column.js';
export type { ColumnState } from './testgrid-column.js';
export { deckRun } from './deck.js';
export type { DeckRun } from './deck.js';
export { spyglassPassed, spyglassTests } from './spyglass.js';
export type { ListedTest } from './spyglass.js';
export { gubernatorPassed, gubernatorTests } from './gubernator.js';
