import { arrangeAttempts, type AttemptStyle } from './attempts.js';
import {
  attributeNamesOf,
  attributeOf,
  contentOf,
  createElement,
  type DocumentNode,
  formatDocument,
  parseDocument,
  localNameOf,
  nameOf,
  setAttribute,
  type XmlDocument,
} from './document.js';
import { countElements, isSuite, recount } from './document-cases.js';
import { formatSeconds, parseSeconds } from './duration.js';
import { JunitError } from './errors.js';
import type { ReadOptions } from './xml-scanner.js';
import { repairXml } from './xml-text.js';

/** A document to merge. */
export interface MergeInput {
  /** What errors and notes call it. */
  readonly file: string;
  readonly xml: string;
}

export interface MergeOptions extends ReadOptions {
  /** @default 'keep' */
  readonly attempts?: AttemptStyle;
  /** Whether characters that XML cannot hold are replaced, instead of refused. @default false */
  readonly repair?: boolean;
}

/** One document of many. */
export interface MergedReport {
  /** XML 1.0 with a `testsuites` root, and a line feed at the end. */
  readonly xml: string;
  /** What could not be kept, a sentence each: attributes of roots that do not agree. */
  readonly notes: readonly string[];
}

const COUNTED: ReadonlySet<string> = new Set(['tests', 'failures', 'errors', 'skipped', 'time']);
const SUMMED: ReadonlySet<string> = new Set(['disabled', 'assertions']);

/**
 * Puts documents into one, in order, without loss: suites keep everything that is in them, known or not, as it was
 * written. Only the root is new. Its counts are those of all cases, its time is the sum; other attributes of roots are
 * kept where all that have them agree. Cases directly below a root get a suite, without which readers lose them.
 *
 * Suites and cases that are there more than once stay so: readers take cases of the same name for attempts. With
 * `attempts` those are brought into the form that readers want, and the counts of their suites follow.
 *
 * @throws {JunitError} `MALFORMED`, `TOO_LARGE`, `TOO_DEEP` with `file`; `INVALID_OPTION` for no document.
 */
export async function mergeReports(inputs: readonly MergeInput[], options: MergeOptions = {}): Promise<MergedReport> {
  const { attempts = 'keep', repair = false } = options;
  if (inputs.length === 0) {
    throw new JunitError('INVALID_OPTION', 'there is no report to merge', { hint: 'Give at least one.' });
  }
  const documents = inputs.map(({ file, xml }) => {
    return naming(file, () => ({ file, ...parseDocument(repair ? repairXml(xml) : xml, options) }));
  });
  const content = documents.flatMap(contentOfDocument);
  const suites = content.filter(isSuite);
  recount(suites, arrangeAttempts(suites, attempts));

  const root = createElement('testsuites', {});
  const notes = mergeAttributes(root, documents);
  for (const [key, count] of Object.entries(countElements(suites))) setAttribute(root, key, String(count));
  const seconds = documents.flatMap((document) => secondsOf(document.root));
  if (seconds.length > 0) setAttribute(root, 'time', formatSeconds(seconds.reduce((sum, value) => sum + value, 0)));
  const open = formatDocument([root]).replace(/\/>$/, '>');
  // One by one: as one text they would be there twice.
  const lines = content.map((node) => `  ${formatDocument([node])}\n`);
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${open}\n${lines.join('')}</testsuites>\n`;
  return { xml, notes };
}

function naming<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof JunitError)) throw cause;
    const { line, column, code, hint } = cause;
    throw new JunitError(code, `${file}: ${cause.message}`, {
      cause,
      file,
      ...(hint === undefined ? {} : { hint }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    });
  }
}

/** What goes below the new root: a suite, or what is in a root that holds suites. */
function contentOfDocument({ root, comments }: XmlDocument): readonly DocumentNode[] {
  if (localNameOf(root) === 'testsuite') return [...comments, root];
  const content = contentOf(root).filter((node) => nameOf(node) !== '#text');
  const isOwn = (node: DocumentNode) => /^(?:testcase|failure|error)$/.test(localNameOf(node));
  const own = content.filter(isOwn);
  const rest = content.filter((node) => !isOwn(node));
  const all = own.length === 0 ? rest : [createElement('testsuite', { name: '' }, own), ...rest];
  for (const node of all) declareNamespaces(node, root);
  return [...comments, ...all];
}

function declareNamespaces(node: DocumentNode, root: DocumentNode): void {
  if (/^[#?]/.test(nameOf(node))) return;
  for (const name of attributeNamesOf(root)) {
    if (!isNamespace(name) || attributeOf(node, name) !== undefined) continue;
    setAttribute(node, name, attributeOf(root, name) ?? '');
  }
}

function mergeAttributes(root: DocumentNode, documents: readonly (XmlDocument & { file: string })[]): string[] {
  const values = new Map<string, { file: string; value: string }[]>();
  for (const { file, root: from } of documents) {
    if (localNameOf(from) === 'testsuite') continue;
    for (const name of attributeNamesOf(from)) {
      if (COUNTED.has(name) || isNamespace(name)) continue;
      const value = attributeOf(from, name) ?? '';
      const found = values.get(name);
      if (found === undefined) values.set(name, [{ file, value }]);
      else found.push({ file, value });
    }
  }
  const notes: string[] = [];
  for (const [name, found] of values) {
    const [first] = found;
    if (SUMMED.has(name) && found.every(({ value }) => /^\d+$/.test(value))) {
      setAttribute(root, name, String(found.reduce((sum, { value }) => sum + Number(value), 0)));
    } else if (found.every(({ value }) => value === first?.value)) setAttribute(root, name, first?.value ?? '');
    else {
      const other = found.find(({ value }) => value !== first?.value);
      const of = [first, other].map((one) => `${one?.file} has ${JSON.stringify(one?.value)}`).join(', ');
      notes.push(`the root's attribute ${name} is left out: ${of}`);
    }
  }
  return notes;
}

/** Seconds of a root: its own, else the sum of its suites; none where no time is known. */
function secondsOf(node: DocumentNode): readonly number[] {
  const own = parseSeconds(attributeOf(node, 'time') ?? '');
  if (own !== undefined) return [own];
  return contentOf(node).filter(isSuite).flatMap(secondsOf);
}

function isNamespace(attribute: string): boolean {
  return attribute === 'xmlns' || attribute.startsWith('xmlns:');
}
