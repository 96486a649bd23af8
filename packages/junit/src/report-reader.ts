import { JunitError } from './errors.js';
import { createRootNode } from './report-nodes.js';
import type { TestReport } from './report.js';
import { type ReadOptions, scanChunks, scanText, type XmlChunks, type XmlNode } from './xml-scanner.js';

/**
 * Reads a JUnit report from text.
 *
 * Strict about XML: truncated text, a second root, undeclared entities and characters that XML 1.0 cannot hold are
 * errors. Lenient about JUnit: counts may be missing or wrong, times may have commas or units, unknown elements and
 * attributes are skipped. An encoding in the XML declaration says nothing of a string.
 *
 * @throws {JunitError} `MALFORMED` with line and column, `TOO_LARGE`, `TOO_DEEP`.
 */
export function parseReport(xml: string, options: ReadOptions = {}): TestReport {
  const { root, take } = createTaker();
  scanText(root, xml, options);
  return take();
}

/**
 * Reads a JUnit report piece by piece; of the text, only what is in the report is held.
 *
 * Bytes are decoded by byte order mark or XML declaration, else as UTF-8.
 *
 * @throws {JunitError} `MALFORMED` with line and column, also for bytes that are not of the encoding, `TOO_LARGE`,
 * `TOO_DEEP`; and what `chunks` throws.
 */
export async function readReport(chunks: XmlChunks, options: ReadOptions = {}): Promise<TestReport> {
  const { root, take } = createTaker();
  await scanChunks(root, chunks, options);
  return take();
}

function createTaker(): { readonly root: XmlNode; take(): TestReport } {
  let report: TestReport | undefined;
  return {
    root: createRootNode((read) => (report = read)),
    take() {
      // The scanner lets no document pass without a root element.
      if (report === undefined) throw new JunitError('MALFORMED', 'not a JUnit report: there is no root element');
      return report;
    },
  };
}
