import {
  attributeOf,
  contentOf,
  createElement,
  type DocumentNode,
  isBlank,
  localNameOf,
  nameOf,
  renameElement,
} from './document.js';
import { type LocatedElement, listCases, problemsOf, statusOfElement } from './document-cases.js';

/**
 * How a merged report shows that a case ran more than once.
 *
 * `keep`: as the tools wrote it. `duplicates`: each attempt is a case of its own, of the same name; TestGrid and Spyglass
 * take cases of one name of which some passed and some failed for flaky. `properties`: one case, that of the last
 * attempt which was not skipped, with the properties `attempts`, `attempt.1`, … and, where it passed after a failure,
 * `flaky`; the failures of earlier attempts are Surefire's `flakyFailure` and `rerunFailure` elements.
 */
export type AttemptStyle = 'keep' | 'duplicates' | 'properties';

const ATTEMPT = /^(?:flaky|rerun)(Failure|Error)$/;
const MAX_PROPERTY_CHARS = 200;

/** Arranges the attempts of cases below these suites. @returns the suites whose own cases are others now */
export function arrangeAttempts(suites: readonly DocumentNode[], style: AttemptStyle): ReadonlySet<DocumentNode> {
  const changed = new Set<DocumentNode>();
  if (style === 'duplicates') {
    for (const located of listCases(suites)) if (splitCase(located)) changed.add(located.suite);
  }
  if (style === 'properties') {
    const groups = new Map<string, LocatedElement[]>();
    for (const located of listCases(suites)) {
      const key = keyOf(located);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [located]);
      else group.push(located);
    }
    for (const group of groups.values()) for (const suite of foldCases(group)) changed.add(suite);
  }
  return changed;
}

// As TestGrid has it, with the class name: which files they are in does not count.
function keyOf({ path, element }: LocatedElement): string {
  return JSON.stringify([path, attributeOf(element, 'classname'), attributeOf(element, 'name')]);
}

function splitCase({ suite, element }: LocatedElement): boolean {
  const attempts = contentOf(element).filter(isAttempt);
  if (attempts.length === 0) return false;
  const rest = contentOf(element).filter((node) => !isAttempt(node));
  const cases = attempts.map((attempt) => caseOfAttempt(element, attempt));
  replace(suite, element, [...cases, renameElement(element, nameOf(element), rest)]);
  return true;
}

/** An attempt as a case: of the case's attributes, those that say which one it is. */
function caseOfAttempt(element: DocumentNode, attempt: DocumentNode): DocumentNode {
  const [stacks, outputs, rest] = [[], [], []] as [DocumentNode[], DocumentNode[], DocumentNode[]];
  for (const node of contentOf(attempt)) {
    const name = localNameOf(node);
    if (name === 'stackTrace') stacks.push(...contentOf(node));
    else (name === 'system-out' || name === 'system-err' ? outputs : rest).push(node);
  }
  const kind = ATTEMPT.exec(localNameOf(attempt))?.[1] === 'Error' ? 'error' : 'failure';
  const problem = renameElement(attempt, kind, stacks.length === 0 ? rest : stacks);
  const attributes = ['name', 'classname', 'file', 'line'].map((name) => [name, attributeOf(element, name)] as const);
  const time = attributeOf(attempt, 'time');
  return createElement(nameOf(element), { ...Object.fromEntries(attributes), time }, [problem, ...outputs]);
}

/** Makes one case of many. @returns the suites that this has changed */
function foldCases(group: readonly LocatedElement[]): readonly DocumentNode[] {
  const runs = group.flatMap(({ element }) => [...contentOf(element).filter(isAttempt), element]);
  if (runs.length < 2) return [];
  const last = group.findLast(({ element }) => statusOfElement(element) !== 'skipped') ?? group.at(-1);
  if (last === undefined) return [];
  const isFlaky = statusOfElement(last.element) === 'passed' && runs.some((run) => describeRun(run) !== 'passed');
  const earlier = group.filter((located) => located !== last);
  const failures = [...earlier, last].flatMap(({ element }) => [
    ...contentOf(element).filter(isAttempt),
    ...(element === last.element ? [] : attemptsOfCase(element)),
  ]);
  const attempts = failures.map((node) => {
    const kind = /Error$/.test(localNameOf(node)) ? 'Error' : 'Failure';
    return renameElement(node, `${isFlaky ? 'flaky' : 'rerun'}${kind}`, contentOf(node));
  });
  for (const { suite, element } of earlier) replace(suite, element, []);
  const rest = contentOf(last.element).filter((node) => !isAttempt(node));
  const content = withProperties(rest, propertiesOf(runs, isFlaky));
  replace(last.suite, last.element, [renameElement(last.element, nameOf(last.element), [...content, ...attempts])]);
  return group.map(({ suite }) => suite);
}

/** The problems of a case that ran again, each with the case's output. */
function attemptsOfCase(element: DocumentNode): readonly DocumentNode[] {
  const outputs = contentOf(element).filter((node) => /^system-(?:out|err)$/.test(localNameOf(node)));
  return problemsOf(element).map((problem, at) => {
    const text = contentOf(problem);
    const stack = text.length === 0 ? [] : [createElement('stackTrace', {}, text)];
    const name = localNameOf(problem) === 'error' ? 'rerunError' : 'rerunFailure';
    return renameElement(problem, name, [...stack, ...(at === 0 ? outputs : [])]);
  });
}

function propertiesOf(runs: readonly DocumentNode[], isFlaky: boolean): readonly DocumentNode[] {
  const property = (name: string, value: string) => createElement('property', { name, value });
  return [
    property('attempts', String(runs.length)),
    ...(isFlaky ? [property('flaky', 'true')] : []),
    ...runs.map((run, at) => property(`attempt.${at + 1}`, describeRun(run))),
  ];
}

/** `passed`, `skipped`, or `failure: MESSAGE`. */
function describeRun(run: DocumentNode): string {
  const [first] = isAttempt(run) ? [run] : problemsOf(run);
  if (first === undefined) return statusOfElement(run);
  const kind = /error$/i.test(localNameOf(first)) ? 'error' : 'failure';
  const message = attributeOf(first, 'message')?.trim().split('\n')[0] ?? '';
  return message === '' ? kind : `${kind}: ${message.slice(0, MAX_PROPERTY_CHARS)}`;
}

function withProperties(content: readonly DocumentNode[], added: readonly DocumentNode[]): readonly DocumentNode[] {
  const before = content.find((node) => localNameOf(node) === 'properties');
  if (before === undefined) return [createElement('properties', {}, added), ...content];
  const names = new Set(added.map((node) => attributeOf(node, 'name')));
  // Of an earlier merge: they would be there twice.
  const kept = contentOf(before).filter((node) => !names.has(attributeOf(node, 'name')));
  const all = renameElement(before, nameOf(before), [...kept, ...added]);
  return content.map((node) => (node === before ? all : node));
}

function isAttempt(node: DocumentNode): boolean {
  return ATTEMPT.test(localNameOf(node));
}

function replace(suite: DocumentNode, element: DocumentNode, by: readonly DocumentNode[]): void {
  const content = contentOf(suite);
  const at = content.indexOf(element);
  const before = content[at - 1];
  // With the indentation that stood before what goes.
  if (by.length === 0 && before !== undefined && isBlank(before)) content.splice(at - 1, 2);
  else content.splice(at, 1, ...by);
}
