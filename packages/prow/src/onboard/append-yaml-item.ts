import { isDeepStrictEqual } from 'node:util';
import type { Node, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, stringify } from 'yaml';
import type { ProwError } from '../errors.js';
import type { YamlText } from './yaml-text.js';
import { invalid, parseYamlText, yamlVersion } from './yaml-text.js';

/**
 * Adds an item to the list at a path of keys; missing maps and the list are made. Every byte of the text stays, but for an
 * empty `[]`, `{}` or `null` that is filled.
 *
 * @throws {ProwError} `INVALID_CONFIG` when the text is not YAML or has something else at the path.
 */
export function appendYamlItem(file: string, text: string, path: readonly string[], value: unknown): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(mark.length);
  const yaml = parseYamlText(file, body);
  const edited = insert(yaml, path, value);
  const wanted = insertInto(yaml.document.toJS() as unknown, path, value);
  if (!isDeepStrictEqual(parseYamlText(file, edited).document.toJS() as unknown, wanted)) {
    const hint = `Add it by hand below ${path.join('.')}, then run again.`;
    throw invalid(file, 1, `is written in a way that cannot be added to`, hint);
  }
  return mark + edited;
}

/** What the file says afterwards, reckoned without its text. */
function insertInto(at: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key !== undefined) {
    const map = (at ?? {}) as Record<string, unknown>;
    return { ...map, [key]: insertInto(map[key], rest, value) };
  }
  return [...((at ?? []) as unknown[]), value];
}

function insert(yaml: YamlText, path: readonly string[], value: unknown): string {
  const { document, text, file } = yaml;
  let node = document.contents as Node | null;
  let parent: { readonly map: YAMLMap; readonly key: Node } | undefined;
  for (const [depth, key] of path.entries()) {
    if (isEmpty(node)) return fill(yaml, parent, node, nest(path.slice(depth), value));
    if (!isMap(node)) throw wrong(yaml, node, path.slice(0, depth), 'a map');
    const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
    if (pair === undefined) return append(text, node, nest(path.slice(depth), value));
    parent = { map: node, key: pair.key as Node };
    node = pair.value as Node | null;
  }
  if (isEmpty(node)) return fill(yaml, parent, node, [value]);
  if (isAlias(node)) throw invalid(file, yaml.lineOf(node), `${path.join('.')} is an alias`);
  if (!isSeq(node)) throw wrong(yaml, node, path, 'a list');
  return append(text, node, [value]);
}

function wrong(yaml: YamlText, node: unknown, path: readonly string[], wanted: string): ProwError {
  return invalid(yaml.file, yaml.lineOf(node), `${path.join('.') || 'the file'} is not ${wanted}`);
}

/** The item in its list, below the maps of the path. */
function nest(path: readonly string[], item: unknown): unknown {
  return [...path].reverse().reduce<unknown>((below, key) => ({ [key]: below }), [item]);
}

function isEmpty(node: Node | null): boolean {
  if (node === null) return true;
  return isScalar(node) ? node.value === null : isCollection(node) && node.items.length === 0;
}

/** Lines of YAML, each ended, at an indent. */
function render(value: unknown, indent: number): string {
  const text = stringify(value, { version: yamlVersion, lineWidth: 0, indentSeq: false });
  return text.replace(/^(?=.)/gm, ' '.repeat(indent));
}

/** Puts a value where there is none yet: after `key:`, or in place of `[]`, `{}`, `~`. */
function fill(
  { text }: YamlText,
  parent: { readonly map: YAMLMap; readonly key: Node } | undefined,
  node: Node | null,
  value: unknown,
): string {
  if (parent === undefined) {
    const [start = text.length, end = text.length] = node?.range ?? [];
    // Comments may be all there is: what is new follows them.
    if (end <= start) return joinLines(text, render(value, 0), '');
    return joinLines(text.slice(0, start), render(value, 0), text.slice(end).replace(/^[ \t]*\r?\n/, ''));
  }
  if (parent.map.flow === true) {
    const at = text.indexOf(':', parent.key.range?.[1] ?? 0) + 1;
    const [, end = at] = node?.range ?? [];
    return `${text.slice(0, at)} ${inline(value)}${text.slice(Math.max(at, end))}`;
  }
  const indent = Array.isArray(value) ? indentOf(text, parent.map) : indentOf(text, parent.map) + 2;
  const [start = 0, end = 0] = node?.range ?? [];
  const cut = end > start ? text.slice(0, start).replace(/[ \t]+$/, '') + text.slice(end) : text;
  const at = endOfLine(cut, end > start ? start - 1 : (parent.key.range?.[1] ?? 0));
  return joinLines(cut.slice(0, at), render(value, indent), cut.slice(at));
}

/** Adds items or pairs behind the last one of a collection. */
function append(text: string, node: YAMLMap | YAMLSeq, value: unknown): string {
  if (node.flow === true) {
    const at = endOf(node.items.at(-1));
    const items = inline(value).replace(/^[[{]\s*|\s*[\]}]$/g, '');
    return `${text.slice(0, at)}, ${items}${text.slice(at)}`;
  }
  const indent = indentOf(text, node);
  const at = endOfBlock(text, endOf(node.items.at(-1)), indent);
  return joinLines(text.slice(0, at), render(value, indent), text.slice(at));
}

/** Flow form on one line: JSON is YAML. */
function inline(value: unknown): string {
  return JSON.stringify(value);
}

function indentOf(text: string, node: Node): number {
  const { srcToken } = node as { srcToken?: { readonly type: string; readonly indent?: number } };
  if (srcToken?.indent !== undefined && srcToken.indent >= 0) return srcToken.indent;
  const start = node.range?.[0] ?? 0;
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

/** Where the last leaf of an item or pair ends. */
function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf(item.key), endOf(item.value));
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return endOf(item.items.at(-1));
  return (item as Node | null)?.range?.[1] ?? 0;
}

/** Behind the line of an offset, or at it when it is the start of one already. */
function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** Behind the last line of a block, with the comments that are indented as parts of it. */
function endOfBlock(text: string, offset: number, indent: number): number {
  let at = endOfLine(text, offset);
  for (let end = at; end < text.length;) {
    const next = endOfLine(text, end + 1);
    const line = text.slice(end, next);
    if (line.trim() !== '' && !(/^\s*#/.test(line) && line.search(/\S/) > indent)) break;
    if (line.trim() !== '') at = next;
    end = next;
  }
  return at;
}

/** Puts lines between two parts of a text, ended as its lines are. */
function joinLines(before: string, added: string, after: string): string {
  const eol = /\r\n/.test(before + after) ? '\r\n' : '\n';
  const gap = before === '' || before.endsWith('\n') ? '' : eol;
  // A file without an end of line at its end stays one.
  const isUnended = after === '' && gap !== '';
  return before + gap + (isUnended ? added.replace(/\n$/, '') : added).replace(/\n/g, eol) + after;
}
