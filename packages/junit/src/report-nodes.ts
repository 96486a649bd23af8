import { parseSeconds } from './duration.js';
import type { Attempt, DeclaredCounts, Problem, TestCase, TestReport, TestSuite } from './report.js';
import { countCases, casesOf } from './report.js';

/** Attributes by local name. */
export type Attributes = Readonly<Record<string, string>>;

/** What an open element does with what is inside it. */
export interface ReportNode {
  /** Whether `end` wants the element's own text. */
  readonly keepsText: boolean;
  /** Called for each element inside; returns what takes its content. */
  child(name: string, attributes: Attributes): ReportNode;
  /** Called at the closing tag. */
  end(text: string): void;
}

/** A place where the structure is not a report's: the reader adds line and column. */
export class Misplaced extends Error {}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Takes the document: its root must be `testsuites` or `testsuite`. */
export function createRootNode(onReport: (report: TestReport) => void): ReportNode {
  return {
    keepsText: false,
    child(name, attributes) {
      if (name === 'testsuites') return createSuitesNode(attributes, onReport);
      if (name === 'testsuite') return createSuiteNode(attributes, (suite) => onReport({ suites: [suite] }));
      throw new Misplaced(`the root element is <${name}>, not <testsuites> or <testsuite>`);
    },
    end() {},
  };
}

function createSuitesNode(attributes: Attributes, onReport: (report: TestReport) => void): ReportNode {
  return createSuiteNode(attributes, ({ name, cases, suites = [], declared }) => {
    onReport({
      ...(name === '' ? {} : { name }),
      // Cases need a suite: readers lose those directly below the root.
      suites: cases.length === 0 ? suites : [{ name: '', cases }, ...suites],
      ...(declared === undefined ? {} : { declared }),
    });
  });
}

function createSuiteNode(attributes: Attributes, onSuite: (suite: TestSuite) => void): ReportNode {
  const suite: Writable<TestSuite> = { name: attributes['name'] ?? '', cases: [] };
  const cases: TestCase[] = [];
  const suites: TestSuite[] = [];
  const durationSeconds = parseSeconds(attributes['time'] ?? '');
  if (attributes['timestamp'] !== undefined) suite.timestamp = attributes['timestamp'];
  if (durationSeconds !== undefined) suite.durationSeconds = durationSeconds;
  if (attributes['hostname'] !== undefined) suite.hostname = attributes['hostname'];
  return {
    keepsText: false,
    child(name, inner) {
      switch (name) {
        case 'testcase':
          return createCaseNode(inner, (testCase) => cases.push(testCase));
        case 'testsuite':
        case 'testsuites':
          return createSuiteNode(inner, (below) => suites.push(below));
        case 'properties':
          return createPropertiesNode(suite);
        case 'system-out':
          return createOutputNode(suite, 'systemOut');
        case 'system-err':
          return createOutputNode(suite, 'systemErr');
        case 'failure':
        case 'error':
          // Set-up that failed, outside of any case: as googletest does, a case without a name.
          return createProblemNode(name, inner, (problem) => cases.push({ name: '', problems: [problem] }));
        default:
          return ignored;
      }
    },
    end() {
      suite.cases = cases;
      if (suites.length > 0) suite.suites = suites;
      const declared = findDisagreement(attributes, suite);
      if (declared !== undefined) suite.declared = declared;
      onSuite(suite);
    },
  };
}

const NOT_RUN: ReadonlySet<string | undefined> = new Set(['notrun', 'disabled']);

function createCaseNode(attributes: Attributes, onCase: (testCase: TestCase) => void): ReportNode {
  const problems: Problem[] = [];
  const attempts: Attempt[] = [];
  const testCase: Writable<TestCase> = { name: attributes['name'] ?? '', problems };
  const { classname, file, line, time } = attributes;
  if (classname !== undefined) testCase.className = classname;
  const durationSeconds = parseSeconds(time ?? '');
  if (durationSeconds !== undefined) testCase.durationSeconds = durationSeconds;
  if (file !== undefined) testCase.file = file;
  if (line !== undefined) testCase.line = line;
  let isFlaky = attributes['flaky'] === 'true';
  return {
    keepsText: false,
    child(name, inner) {
      switch (name) {
        case 'failure':
        case 'error':
          return createProblemNode(name, inner, (problem) => problems.push(problem));
        case 'skipped': {
          const { message } = inner;
          return createTextNode((text) => {
            testCase.skipped = { ...(message === undefined ? {} : { message }), ...(text === '' ? {} : { text }) };
          });
        }
        case 'flakyFailure':
        case 'flakyError':
        case 'rerunFailure':
        case 'rerunError':
          isFlaky ||= name.startsWith('flaky');
          return createAttemptNode(name.endsWith('Error') ? 'error' : 'failure', inner, (one) => attempts.push(one));
        case 'properties':
          return createPropertiesNode(testCase);
        case 'system-out':
          return createOutputNode(testCase, 'systemOut');
        case 'system-err':
          return createOutputNode(testCase, 'systemErr');
        default:
          return ignored.child(name, inner);
      }
    },
    end() {
      // googletest's disabled tests have no element that says so.
      if (NOT_RUN.has(attributes['status']) && problems.length === 0) testCase.skipped ??= { message: 'not run' };
      if (attempts.length > 0) testCase.attempts = attempts;
      if (isFlaky && problems.length === 0) testCase.flaky = true;
      onCase(testCase);
    },
  };
}

function createProblemNode(
  kind: Problem['kind'],
  attributes: Attributes,
  onProblem: (problem: Problem) => void,
): ReportNode {
  return createTextNode((text) => onProblem({ kind, ...describe(attributes), ...(text === '' ? {} : { text }) }));
}

// Surefire puts the stack of an attempt into an element of its own, other tools into the text.
function createAttemptNode(
  kind: Problem['kind'],
  attributes: Attributes,
  onAttempt: (attempt: Attempt) => void,
): ReportNode {
  const attempt: Writable<Attempt> = { kind, ...describe(attributes) };
  let stack = '';
  return {
    keepsText: true,
    child(name, inner) {
      if (name === 'stackTrace') return createTextNode((text) => (stack += text));
      if (name === 'system-out') return createOutputNode(attempt, 'systemOut');
      if (name === 'system-err') return createOutputNode(attempt, 'systemErr');
      return ignored.child(name, inner);
    },
    end(text) {
      const all = stack === '' ? text : stack;
      onAttempt(all === '' ? attempt : { ...attempt, text: all });
    },
  };
}

function describe({ message, type }: Attributes): { message?: string; type?: string } {
  return { ...(message === undefined ? {} : { message }), ...(type === undefined ? {} : { type }) };
}

function createPropertiesNode(owner: { properties?: Readonly<Record<string, string>> }): ReportNode {
  const properties = new Map(Object.entries(owner.properties ?? {}));
  return {
    keepsText: false,
    child(name, attributes) {
      const { name: key, value } = attributes;
      if (name !== 'property' || key === undefined) return ignored.child(name, attributes);
      return createTextNode((text) => properties.set(key, value ?? text));
    },
    end() {
      // fromEntries defines: a property named __proto__ is one like any other.
      if (properties.size > 0) owner.properties = Object.fromEntries(properties);
    },
  };
}

function createOutputNode<Key extends 'systemOut' | 'systemErr'>(
  owner: { [key in Key]?: string },
  key: Key,
): ReportNode {
  return createTextNode((text) => {
    const before = owner[key];
    owner[key] = before === undefined ? text : `${before}\n${text}`;
  });
}

function createTextNode(onText: (text: string) => void): ReportNode {
  return { keepsText: true, child: ignoreChild, end: onText };
}

// Elements nobody asked for are skipped, but never cases: a case that gets lost reads as one that was never run.
function ignoreChild(name: string): ReportNode {
  if (name === 'testcase' || name === 'testsuite' || name === 'testsuites') {
    throw new Misplaced(`<${name}> is not inside a <testsuite>`);
  }
  return ignored;
}

const ignored: ReportNode = { keepsText: false, child: ignoreChild, end() {} };

/** Counts in the attributes that agree neither with the suite's own cases nor with all below it. */
function findDisagreement(attributes: Attributes, suite: TestSuite): DeclaredCounts | undefined {
  const all = countCases([...casesOf([suite])].map(({ testCase }) => testCase));
  // Some tools count a suite's own cases only; where it has none, that would agree with any zero.
  const own = suite.cases.length === 0 ? all : countCases(suite.cases);
  const declared: Writable<DeclaredCounts> = {};
  for (const key of ['tests', 'failures', 'errors', 'skipped'] as const) {
    const text = attributes[key]?.trim().replaceAll(',', '');
    if (text === undefined || !/^\d+$/.test(text)) continue;
    const count = Number(text);
    if (count !== own[key] && count !== all[key]) declared[key] = count;
  }
  return Object.keys(declared).length === 0 ? undefined : declared;
}
