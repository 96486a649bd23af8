import type { Document as YamlDocument, Scalar as YamlScalar, Tags } from 'yaml';

// What Go, or YAML 1.2, takes for something else than a text beyond what YAML 1.1 does: an exponent without a dot, 0o17, and
// the merge key, which Go takes for one even as a value.
const SPECIAL_ELSEWHERE =
  /^(?:[-+]?(?:0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)|<<)$/;
const MERGE = 'tag:yaml.org,2002:merge';
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

/**
 * Writes a ProwJob, its status or its definition as YAML: keys sorted, block style, no empty fields, and every text quoted
 * that any reader of YAML 1.1 or 1.2 would take for a number, a boolean or a date. Ends with a line break.
 *
 * The quotes are those of Go; unlike Go, it does not fold long lines.
 */
export async function formatYaml(value: object): Promise<string> {
  const { Document, visit } = await import('yaml');
  // The merge key's own tag would write it without quotes.
  const customTags = (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== MERGE);
  const options = { version: '1.1', aliasDuplicateObjects: false, customTags } as const;
  const document = new Document(withoutEmpty(value), options);
  visit(document, {
    Scalar: (key, node) => {
      if (typeof node.value === 'string') node.type = styleOf(document, node.value, key === 'key') ?? node.type;
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false, directives: false, singleQuote: true });
}

function styleOf(document: YamlDocument, text: string, isKey: boolean): YamlScalar.Type | undefined {
  const isSpecial = document.schema.tags.some((tag) => 'test' in tag && tag.default !== false && tag.test?.test(text));
  if (isSpecial || SPECIAL_ELSEWHERE.test(text) || UNPRINTABLE.test(text)) return 'QUOTE_DOUBLE';
  if (!text.includes('\n')) return undefined;
  // A block that begins with a blank needs its depth said, and Go reads some of those wrongly.
  return isKey || /^\s/.test(text) ? 'QUOTE_DOUBLE' : 'BLOCK_LITERAL';
}

/**
 * Sorts keys and leaves out what is absent, null or an empty list. An empty object stays: it may choose something, as in
 * `emptyDir: {}`.
 */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, one]) => one !== undefined && one !== null && !(Array.isArray(one) && one.length === 0),
  );
  kept.sort(([one], [other]) => compareKeys(one, other));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutEmpty(one)]));
}

/** The order in which Go writes keys, but for numbers in them: signs before digits before letters. */
export function compareKeys(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined || right === undefined) return a.length - b.length;
  return rankOf(left) - rankOf(right) || (left < right ? -1 : 1);
}

function rankOf(letter: string): number {
  return /\p{L}/u.test(letter) ? 2 : /\p{Nd}/u.test(letter) ? 1 : 0;
}
