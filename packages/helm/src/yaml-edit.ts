import { isDeepStrictEqual } from 'node:util';
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { parseChartDocument } from './chart-file.js';
import type { ChartDocument } from './chart-file.js';
import { HelmError } from './errors.js';
import { formatScalar } from './yaml-scalar.js';
import type { ScalarStyle, ScalarValue } from './yaml-scalar.js';

/** Replaces the characters from `start` to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Sets single values of a YAML document by dotted path (`image.tag`; `\.` for a dot in a key; a number for an item of a
 * list) and leaves every other character as it is: comments, blank lines, quotes, anchors, line ends.
 *
 * A value keeps its quotes where it can. A missing key is added at the end of its map, in the map's style; missing maps
 * around it are made. An alias that is set becomes the value; a path *through* an alias is refused, since the change would
 * show elsewhere.
 *
 * @throws {HelmError} `INVALID_CHART` with file, line and path when the text is not one YAML document, a part of the path is
 * no map, or the value is a map or list; `INVALID_OPTION` for a value that YAML or JSON cannot hold.
 */
export function editYaml(text: string, edits: Readonly<Record<string, ScalarValue>>, file: string): string {
  return editDocument(text, edits, file).text;
}

/**
 * {@link editYaml}, and the result as a document for who reads it next, since parsing is what takes the time. Where values were
 * only swapped it is the document that was read, with the new values in it: what it says of lines is of the text before.
 */
export function editDocument(
  text: string,
  edits: Readonly<Record<string, ScalarValue>>,
  file: string,
): { readonly text: string; readonly parsed: ChartDocument } {
  const wanted = Object.entries(edits).map(([path, value]) => {
    if (isWritable(value)) return { keys: parsePath(path, file), path, value };
    throw new HelmError('INVALID_OPTION', `${file}: cannot set ${path} to ${JSON.stringify(value)}`, {
      hint: 'Set it to a text of whole characters, to a number that is one, or to true or false.',
    });
  });
  const parsed = parseChartDocument(text, file);
  if (wanted.length === 0) return { text, parsed };

  // Values that are there are set in one go, missing keys one by one: each changes where the next belongs.
  const splices: Splice[] = [];
  const missing: typeof wanted = [];
  const swapped: { readonly node: Scalar; readonly value: ScalarValue }[] = [];
  for (const edit of wanted) {
    const place = locate(parsed, edit.keys, edit.path, file);
    if (!place.found) {
      missing.push(edit);
      continue;
    }
    const splice = replaceValue(place, edit.value, text, describe(parsed, edit.path, file));
    if (isSwap(place.node, splice, text)) swapped.push({ node: place.node, value: edit.value });
    splices.push(splice);
  }
  let result = applySplices(text, splices);
  if (swapped.length === wanted.length) {
    for (const { node, value } of swapped) node.value = value;
    return { text: result, parsed };
  }
  for (const edit of missing) {
    const current = parseChartDocument(result, file);
    const place = locate(current, edit.keys, edit.path, file);
    // An edit before may have made it, when one path is the start of another's map.
    const splice = place.found
      ? replaceValue(place, edit.value, result, describe(current, edit.path, file))
      : addKey(current.document, place, edit.value, result);
    result = applySplices(result, [splice]);
  }
  // What is wanted is worked out in the document that was read: nothing below needs it as it was.
  return { text: result, parsed: check(parsed.document, result, wanted, file) };
}

/** No infinity, which JSON lacks and helm therefore too, and no half of a surrogate pair. */
function isWritable(value: ScalarValue): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : !/\p{Surrogate}/u.test(String(value));
}

/** Splits at dots that are not escaped. @throws {HelmError} `INVALID_OPTION` for an empty key. */
export function parsePath(path: string, file: string): readonly string[] {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
  if (keys.includes('')) {
    throw new HelmError('INVALID_OPTION', `${file}: not a path to a value: ${JSON.stringify(path)}`, {
      hint: 'Write keys joined by dots, such as image.tag.',
    });
  }
  return keys;
}

type Fail = (what: string, offset?: number, hint?: string) => HelmError;

function describe(parsed: ChartDocument, path: string, file: string): Fail {
  return (what, offset = 0, hint) => {
    const line = parsed.lineAt(offset);
    return new HelmError('INVALID_CHART', `${file}:${line}: cannot set ${path}: ${what}`, { file, line, hint });
  };
}

/** An existing value… */
interface Found {
  readonly found: true;
  readonly node: Node | null;
  /** The pair it belongs to, unless it is an item of a list. */
  readonly pair: Pair | undefined;
}

/** …or the last node on the way to it, and the keys that are missing below. */
interface Missing {
  readonly found: false;
  readonly parent: YAMLMap | Scalar | null;
  readonly pair: Pair | undefined;
  /** The map that holds `pair`. */
  readonly around: YAMLMap | undefined;
  readonly keys: readonly string[];
}

function locate(parsed: ChartDocument, keys: readonly string[], path: string, file: string): Found | Missing {
  const fail = describe(parsed, path, file);
  let node: unknown = parsed.document.contents;
  let pair: Pair | undefined;
  let around: YAMLMap | undefined;
  for (const [index, key] of keys.entries()) {
    const walked = keys.slice(0, index).join('.');
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) {
      return { found: false, parent: (node as Scalar | undefined) ?? null, pair, around, keys: keys.slice(index) };
    }
    if (isMap(node)) {
      const next = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (next === undefined) return { found: false, parent: node, pair, around, keys: keys.slice(index) };
      around = node;
      pair = next;
      node = next.value;
    } else if (isSeq(node) && /^\d+$/.test(key) && Number(key) < node.items.length) {
      pair = undefined;
      node = node.items[Number(key)];
    } else {
      const offset = (node as Node).range?.[0];
      if (isAlias(node)) {
        throw fail(
          `${walked} is the alias *${node.source}`,
          offset,
          'Set the value where its anchor is, or write the map out.',
        );
      }
      throw fail(`${walked} is ${isSeq(node) ? `a list without item ${key}` : 'not a map'}`, offset);
    }
  }
  return { found: true, node: (node as Node | undefined) ?? null, pair };
}

function replaceValue({ node, pair }: Found, value: ScalarValue, text: string, fail: Fail): Splice {
  if (isCollection(node)) {
    throw fail(`it is a ${isMap(node) ? 'map' : 'list'}, not a single value`, node.range?.[0]);
  }
  const [start, end] = node?.range ?? [0, 0];
  if (node === null || start === end) {
    if (pair === undefined) throw fail('the item of the list is empty', start);
    const at = endOfIndicator(pair);
    return { start: at, end: at, text: ` ${formatScalar(value)}` };
  }
  const block = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  // A block takes in its last line end, which stays.
  const lineEnd = block ? (/\r?\n$/.exec(text.slice(start, end))?.[0] ?? '') : '';
  return { start, end: end - lineEnd.length, text: formatScalar(value, styleOf(node)) };
}

/**
 * Whether one scalar takes another's place so that nothing around it can be read in another way, and the result need not be read
 * again: the old one is of one line and neither tagged nor at the start of a line, and so is the new one; where the old one
 * ends, the new one ends as well, since it is in quotes, or bare as the old one was and of characters that mean nothing
 * by themselves anywhere (see `formatScalar`, which has read it to be sure).
 */
function isSwap(node: Node | null, { start, end, text: written }: Splice, text: string): node is Scalar {
  if (!isScalar(node) || node.tag !== undefined || start === end || start === 0) return false;
  if (node.type !== 'PLAIN' && node.type !== 'QUOTE_SINGLE' && node.type !== 'QUOTE_DOUBLE') return false;
  if (/[\r\n]/.test(written) || /[\r\n]/.test(text.slice(start - 1, end))) return false;
  const isQuoted = /^["']/.test(written);
  return isQuoted || node.type === 'PLAIN';
}

function styleOf(node: Node): ScalarStyle {
  if (!isScalar(node)) return 'plain';
  if (node.type === 'QUOTE_SINGLE') return 'single';
  return node.type === 'QUOTE_DOUBLE' ? 'double' : 'plain';
}

function addKey(document: Document.Parsed, place: Missing, value: ScalarValue, text: string): Splice {
  const { parent, pair, around, keys } = place;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const step = indentStep(document, text);
  if (isMap(parent) && parent.flow) return addToFlowMap(parent, keys, value, text);
  if (isMap(parent) && parent.items.length > 0) {
    const indent = columnOf(parent.items[0] as Pair, text);
    return addLines(endOfNode(parent), blockLines(keys, value, indent, step), text, lineEnd);
  }
  if (pair === undefined || around === undefined) {
    return addLines(text.length, blockLines(keys, value, 0, step), text, lineEnd); // an empty document
  }
  const [start, end] = (parent as Scalar | null)?.range ?? [0, 0];
  if (parent !== null && start !== end) return { start, end, text: `{${flowEntry(keys, value)}}` }; // `null` or `~`
  if (around.flow) {
    const at = endOfIndicator(pair);
    return { start: at, end: at, text: ` {${flowEntry(keys, value)}}` };
  }
  return addLines(endOfIndicator(pair), blockLines(keys, value, columnOf(pair, text) + step, step), text, lineEnd);
}

function addToFlowMap(map: YAMLMap, keys: readonly string[], value: ScalarValue, text: string): Splice {
  const last = map.items.at(-1);
  if (last === undefined) {
    const at = text.indexOf('{', map.range?.[0]) + 1;
    return { start: at, end: at, text: flowEntry(keys, value) };
  }
  const at = endOfPair(last);
  return { start: at, end: at, text: `, ${flowEntry(keys, value)}` };
}

function flowEntry(keys: readonly string[], value: ScalarValue): string {
  const [key = '', ...rest] = keys;
  return `${formatScalar(key)}: ${rest.length === 0 ? formatScalar(value) : `{${flowEntry(rest, value)}}`}`;
}

function blockLines(keys: readonly string[], value: ScalarValue, indent: number, step: number): readonly string[] {
  return keys.map((key, index) => {
    const line = `${' '.repeat(indent + index * step)}${formatScalar(key)}:`;
    return index === keys.length - 1 ? `${line} ${formatScalar(value)}` : line;
  });
}

/** Inserts whole lines after the one in which `offset` stands. */
function addLines(offset: number, lines: readonly string[], text: string, lineEnd: string): Splice {
  const atLineStart = offset === 0 || text[offset - 1] === '\n';
  const next = text.indexOf('\n', offset);
  const at = atLineStart ? offset : next < 0 ? text.length : next + 1;
  const body = lines.join(lineEnd);
  const continues = at === 0 || text[at - 1] === '\n' || text.slice(0, at) === '\uFEFF';
  return { start: at, end: at, text: continues ? body + lineEnd : lineEnd + body };
}

/** After the colon of a pair without value, or after the anchor or tag that follows it. */
function endOfIndicator(pair: Pair): number {
  const token = (pair as { srcToken?: { sep?: readonly { type: string; offset: number; source: string }[] } }).srcToken;
  const last = token?.sep?.findLast(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  if (last !== undefined) return last.offset + last.source.length;
  return (pair.key as Node).range?.[1] ?? 0;
}

function endOfPair(pair: Pair): number {
  const value = pair.value as Node | null;
  const [start, end] = value?.range ?? [0, 0];
  return value === null || start === end ? endOfIndicator(pair) : endOfNode(value);
}

/** Where the last thing written of a node ends; comments and blank lines below it are not part of it. */
function endOfNode(node: Node): number {
  if (!isCollection(node) || node.flow || node.items.length === 0) return node.range?.[1] ?? 0;
  const last = node.items.at(-1);
  return isPair(last) ? endOfPair(last) : endOfNode(last as Node);
}

function columnOf(pair: Pair, text: string): number {
  const start = (pair.key as Node).range?.[0] ?? 0;
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  return text.lastIndexOf('\n', start - 1) < 0 && text.startsWith('\uFEFF') ? column - 1 : column;
}

/** By how much the file indents maps; two where it has none. */
function indentStep(document: Document.Parsed, text: string): number {
  const root = document.contents;
  if (!isMap(root)) return 2;
  for (const { value } of root.items) {
    const first = isMap(value) && !value.flow ? value.items[0] : undefined;
    if (first !== undefined) return columnOf(first, text) || 2;
  }
  return 2;
}

function applySplices(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: inserted }) => result.slice(0, start) + inserted + result.slice(end), text);
}

/** The result, read again, must be the document with these values set and no other difference. */
function check(
  expected: Document.Parsed,
  after: string,
  edits: readonly { readonly keys: readonly string[]; readonly value: ScalarValue }[],
  file: string,
): ChartDocument {
  for (const { keys, value } of edits) {
    const node = nodeAt(expected, keys);
    // In place, so that aliases of an anchored value follow it, as they do in the text.
    if (isScalar(node)) node.value = value;
    else setAt(expected, keys, value);
  }
  const options = { maxAliasCount: 100 };
  const actual = parseChartDocument(after, file);
  if (!isDeepStrictEqual(actual.document.toJS(options), expected.toJS(options))) {
    throw new HelmError('INVALID_CHART', `${file}: cannot set ${edits.map(({ keys }) => keys.join('.')).join(', ')}`, {
      file,
      hint: 'Write the surrounding YAML in a plainer way; nothing was changed.',
    });
  }
  return actual;
}

/** What stands at a path; `undefined` when nothing does, or when it leads through an alias. */
export function nodeAt(document: Document.Parsed, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((node, key) => {
    if (isMap(node)) return node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)?.value;
    return isSeq(node) ? node.items[Number(key)] : undefined;
  }, document.contents);
}

function setAt(document: Document.Parsed, keys: readonly string[], value: ScalarValue): void {
  for (let depth = 1; depth < keys.length; depth += 1) {
    const node = nodeAt(document, keys.slice(0, depth));
    if (isScalar(node) && node.value === null)
      document.setIn(pathTo(document, keys.slice(0, depth)), document.createNode({}));
  }
  document.setIn(pathTo(document, keys), value);
}

/** Keys as they are in the document: `1` may be a number there. */
function pathTo(document: Document.Parsed, keys: readonly string[]): readonly unknown[] {
  return keys.map((key, depth) => {
    const parent = nodeAt(document, keys.slice(0, depth));
    if (isSeq(parent)) return Number(key);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    return isScalar(pair?.key) ? pair.key.value : key;
  });
}
