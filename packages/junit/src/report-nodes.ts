import { parseSeconds } from './duration.js';
import type { Attempt, Problem, TestCase, TestReport, TestSuite } from './report.js';
import { countCases, casesOf } from './report.js';
import { findDisagreement } from './declared-counts.js';
import { type Attributes, Misplaced, type XmlNode } from './xml-scanner.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Takes the document: its root must be `testsuites` or `testsuite`. */
export function createRootNode(onReport: (report: TestReport) => void): XmlNode {
  return {
    child(name, attributes) {
      if (name === 'testsuites') return createSuitesNode(attributes, onReport);
      if (name === 'testsuite') return createSuiteNode(attributes, (suite) => onReport({ suites: [suite] }));
      throw new Misplaced(`the root element is <${name}>, not <testsuites> or <testsuite>`);
    },
    end() {},
  };
}

function createSuitesNode(attributes: Attributes, onReport: (report: TestReport) => void): XmlNode {
  return createSuiteNode(attributes, ({ name, cases, suites = [], declared }) => {
    onReport({
      ...(name === '' ? {} : { name }),
      // Cases need a suite: readers lose those directly below the root.
      suites: cases.length === 0 ? suites : [{ name: '', cases }, ...suites],
      ...(declared === undefined ? {} : { declared }),
    });
  });
}

function createSuiteNode(attributes: Attributes, onSuite: (suite: TestSuite) => void): XmlNode {
  const suite: Writable<TestSuite> = { name: attributes['name'] ?? '', cases: [] };
  const cases: TestCase[] = [];
  const suites: TestSuite[] = [];
  const durationSeconds = parseSeconds(attributes['time'] ?? '');
  if (attributes['timestamp'] !== undefined) suite.timestamp = attributes['timestamp'];
  if (durationSeconds !== undefined) suite.durationSeconds = durationSeconds;
  if (attributes['hostname'] !== undefined) suite.hostname = attributes['hostname'];
  return {
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
      const all = countCases([...casesOf([suite])].map(({ testCase }) => testCase));
      const declared = findDisagreement(attributes, { own: countCases(cases), all });
      if (declared !== undefined) suite.declared = declared;
      onSuite(suite);
    },
  };
}

const NOT_RUN: ReadonlySet<string | undefined> = new Set(['notrun', 'disabled']);

/** googletest's disabled tests have no element that says so. */
export function isNotRun({ status }: Attributes): boolean {
  return NOT_RUN.has(status);
}

function createCaseNode(attributes: Attributes, onCase: (testCase: TestCase) => void): XmlNode {
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
      if (isNotRun(attributes) && problems.length === 0) testCase.skipped ??= { message: 'not run' };
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
): XmlNode {
  return createTextNode((text) => onProblem({ kind, ...describe(attributes), ...(text === '' ? {} : { text }) }));
}

// Surefire puts the stack of an attempt into an element of its own, other tools into the text.
function createAttemptNode(
  kind: Problem['kind'],
  attributes: Attributes,
  onAttempt: (attempt: Attempt) => void,
): XmlNode {
  const attempt: Writable<Attempt> = { kind, ...describe(attributes) };
  let stack = '';
  let own = '';
  return {
    text: (piece) => (own += piece),
    child(name, inner) {
      if (name === 'stackTrace') return createTextNode((text) => (stack += text));
      if (name === 'system-out') return createOutputNode(attempt, 'systemOut');
      if (name === 'system-err') return createOutputNode(attempt, 'systemErr');
      return ignored.child(name, inner);
    },
    end() {
      const all = stack === '' ? own : stack;
      onAttempt(all === '' ? attempt : { ...attempt, text: all });
    },
  };
}

function describe({ message, type }: Attributes): { message?: string; type?: string } {
  return { ...(message === undefined ? {} : { message }), ...(type === undefined ? {} : { type }) };
}

function createPropertiesNode(owner: { properties?: Readonly<Record<string, string>> }): XmlNode {
  const properties = new Map(Object.entries(owner.properties ?? {}));
  return {
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

function createOutputNode<Key extends 'systemOut' | 'systemErr'>(owner: { [key in Key]?: string }, key: Key): XmlNode {
  return createTextNode((text) => {
    const before = owner[key];
    owner[key] = before === undefined ? text : `${before}\n${text}`;
  });
}

function createTextNode(onText: (text: string) => void): XmlNode {
  let all = '';
  return { text: (piece) => (all += piece), child: ignoreChild, end: () => onText(all) };
}

// Elements nobody asked for are skipped, but never cases: a case that gets lost reads as one that was never run.
function ignoreChild(name: string): XmlNode {
  if (name === 'testcase' || name === 'testsuite' || name === 'testsuites') {
    throw new Misplaced(`<${name}> is not inside a <testsuite>`);
  }
  return ignored;
}

/** An element that nobody asked for. It may hold anything but cases. */
export const ignored: XmlNode = { child: ignoreChild, end() {} };
