import { attributeOf, contentOf, type DocumentNode, localNameOf, setAttribute } from './document.js';
import { countStatuses, type Counts, type TestStatus } from './report.js';
import { isNotRun } from './report-nodes.js';

/** A `testcase` element, the suite it is in, and the names of the suites around it without empty ones. */
export interface LocatedElement {
  readonly suite: DocumentNode;
  readonly path: readonly string[];
  readonly element: DocumentNode;
}

/** Whether an element is a suite; `testsuites` inside of a document is one, too. */
export function isSuite(node: DocumentNode): boolean {
  const name = localNameOf(node);
  return name === 'testsuite' || name === 'testsuites';
}

/** All cases of suites and the suites below them, in document order. */
export function listCases(suites: readonly DocumentNode[], path: readonly string[] = []): readonly LocatedElement[] {
  const found: LocatedElement[] = [];
  const walk = (suite: DocumentNode, outer: readonly string[]) => {
    const name = attributeOf(suite, 'name') ?? '';
    const inner = name === '' ? outer : [...outer, name];
    for (const node of contentOf(suite)) {
      if (isSuite(node)) walk(node, inner);
      else if (localNameOf(node) === 'testcase') found.push({ suite, path: inner, element: node });
    }
  };
  for (const suite of suites) walk(suite, path);
  return found;
}

/** The `failure` and `error` elements of a case. */
export function problemsOf(testCase: DocumentNode): readonly DocumentNode[] {
  return contentOf(testCase).filter((node) => /^(?:failure|error)$/.test(localNameOf(node)));
}

/** As `statusOf` has it of a case that was read. */
export function statusOfElement(testCase: DocumentNode): TestStatus {
  const names = contentOf(testCase).map(localNameOf);
  if (names.includes('error')) return 'error';
  if (names.includes('failure')) return 'failed';
  const status = attributeOf(testCase, 'status');
  if (names.includes('skipped') || (status !== undefined && isNotRun({ status }))) return 'skipped';
  return 'passed';
}

/** Counts the cases of suites and of the suites below them, with failures outside of any case. */
export function countElements(suites: readonly DocumentNode[]): Counts {
  return countStatuses(listStatuses(suites));
}

/** Sets the counts that suites with other cases than before have in their attributes, those around them included. */
export function recount(suites: readonly DocumentNode[], changed: ReadonlySet<DocumentNode>): boolean {
  let isChanged = false;
  for (const suite of suites) {
    const isInside = recount(contentOf(suite).filter(isSuite), changed);
    if (!isInside && !changed.has(suite)) continue;
    isChanged = true;
    for (const [key, count] of Object.entries(countElements([suite]))) {
      if (attributeOf(suite, key) !== undefined) setAttribute(suite, key, String(count));
    }
  }
  return isChanged;
}

function* listStatuses(suites: readonly DocumentNode[]): Generator<TestStatus> {
  for (const suite of suites) {
    for (const node of contentOf(suite)) {
      const name = localNameOf(node);
      if (isSuite(node)) yield* listStatuses([node]);
      else if (name === 'testcase') yield statusOfElement(node);
      else if (name === 'failure') yield 'failed';
      else if (name === 'error') yield 'error';
    }
  }
}
