import type { VerdictLimits } from './failure-digest.js';
import { createJudge } from './judge.js';
import type { Verdict } from './verdict.js';
import { createVerdictNode } from './verdict-nodes.js';
import { type ReadOptions, scanChunks, scanText, type XmlChunks } from './xml-scanner.js';

/** What reading a verdict may take, and what it keeps. */
export interface ReadVerdictOptions extends ReadOptions, VerdictLimits {}

/**
 * Reads what a report says without holding the report: counts, and the first cases that failed. Its result is that of
 * `verdictOf(await readReport(chunks))`, only that failed cases are always in document order.
 *
 * @throws {JunitError} `MALFORMED` with line and column, `TOO_LARGE`, `TOO_DEEP`; and what `chunks` throws.
 */
export async function readVerdict(chunks: XmlChunks | string, options: ReadVerdictOptions = {}): Promise<Verdict> {
  const judge = createJudge(options);
  const root = createVerdictNode(judge);
  if (typeof chunks === 'string') scanText(root, chunks, options);
  else await scanChunks(root, chunks, options);
  return judge.verdict();
}
