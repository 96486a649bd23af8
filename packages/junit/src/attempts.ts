import {
  attributeOf,
  contentOf,
  createElement,
  type DocumentNode,
  isBlank,
  localNameOf,
  nameOf,
  renameElement,
  setContent,
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

/** What takes the place of a case; nothing where the case is part of another one now. */
type Replacements = Map<DocumentNode, readonly DocumentNode[]>;

/** Arranges the attempts of cases below these suites. @returns the suites whose own cases are others now */
export function arrangeAttempts(suites: readonly DocumentNode[], style: AttemptStyle): ReadonlySet<DocumentNode> {
  if (style === 'keep') return new Set();
  const cases = listCases(suites);
  const replacements: Replacements = new Map();
  if (style === 'duplicates') for (const { element } of cases) splitCase(element, replacements);
  else for (const group of groupCases(cases)) foldCases(group, replacements);
  const changed = new Set(cases.filter(({ element }) => replacements.has(element)).map(({ suite }) => suite));
  for (const suite of changed) replaceCases(suite, replacements);
  return changed;
}

function groupCases(cases: readonly LocatedElement[]): Iterable<readonly LocatedElement[]> {
  const groups = new Map<string, LocatedElement[]>();
  for (const located of cases) {
    const key = keyOf(located);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [located]);
    else group.push(located);
  }
  return groups.values();
}

// As TestGrid has it, with the class name: which files they are in does not count.
function keyOf({ path, element }: LocatedElement): string {
  return JSON.stringify([path, attributeOf(element, 'classname'), attributeOf(element, 'name')]);
}

function splitCase(element: DocumentNode, replacements: Replacements): void {
  const attempts = contentOf(element).filter(isAttempt);
  if (attempts.length === 0) return;
  const rest = contentOf(element).filter((node) => !isAttempt(node));
  const cases = attempts.map((attempt) => caseOfAttempt(element, attempt));
  replacements.set(element, [...cases, renameElement(element, nameOf(element), rest)]);
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

/** Makes one case of many. */
function foldCases(group: readonly LocatedElement[], replacements: Replacements): void {
  const runs = group.flatMap(({ element }) => [...contentOf(element).filter(isAttempt), element]);
  if (runs.length < 2) return;
  const last = group.findLast(({ element }) => statusOfElement(element) !== 'skipped') ?? group.at(-1);
  if (last === undefined) return;
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
  for (const { element } of earlier) replacements.set(element, []);
  const rest = contentOf(last.element).filter((node) => !isAttempt(node));
  const content = withProperties(rest, propertiesOf(runs, isFlaky));
  replacements.set(last.element, [renameElement(last.element, nameOf(last.element), [...content, ...attempts])]);
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

function replaceCases(suite: DocumentNode, replacements: Replacements): void {
  const content = contentOf(suite);
  const arranged: DocumentNode[] = [];
  for (const node of content) {
    const by = replacements.get(node);
    const before = arranged.at(-1);
    // With the indentation that stood before what goes.
    if (by?.length === 0 && before !== undefined && isBlank(before)) arranged.pop();
    arranged.push(...(by ?? [node]));
  }
  setContent(suite, arranged);
}
