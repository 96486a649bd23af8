import { isObject } from '../equal.js';

/**
 * Evaluates the JSON paths that printer columns use: members, indexes, `[*]` and filters `[?(@.type=="Ready")]`.
 *
 * @returns the first match, or `undefined`
 */
export function evaluateJsonPath(path: unknown, root: unknown): unknown {
  if (typeof path !== 'string') return undefined;
  let values: unknown[] = [root];
  const STEP =
    /\.?(?<member>[^.[\]]+)|\[(?:'(?<quoted>[^']*)'|"(?<double>[^"]*)"|\?\(@\.(?<key>[^=!\s]+)\s*==\s*(?:"(?<text>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^)\s]+))\s*\)|(?<index>-?\d+|\*))\]/g;
  const unescaped = path
    .replace(/\\\./g, '\u0000')
    .replace(/^\$/, '')
    .replace(/^\{(.*)\}$/, '$1');
  for (const { groups = {} } of unescaped.matchAll(STEP)) {
    const { key, index } = groups;
    const name = groups['member'] ?? groups['quoted'] ?? groups['double'];
    if (name !== undefined) {
      const plain = name.replaceAll('\u0000', '.');
      values = values.flatMap((value) => (isObject(value) && value[plain] !== undefined ? [value[plain]] : []));
    } else if (key !== undefined) {
      const wanted = groups['text'] ?? groups['single'] ?? groups['bare'];
      values = values.flatMap((value) =>
        Array.isArray(value) ? value.filter((item) => isObject(item) && String(item[key]) === wanted) : [],
      );
    } else if (index === '*') {
      values = values.flatMap((value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));
    } else if (index !== undefined) {
      values = values.flatMap((value) =>
        Array.isArray(value) && value.at(Number(index)) !== undefined ? [value.at(Number(index))] : [],
      );
    }
  }
  return values[0];
}
