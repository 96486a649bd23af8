// What YAML 1.2 or Go take for a number beyond what YAML 1.1 does: an exponent without a dot, 0o17.
const NUMBER_ELSEWHERE = /^[-+]?(?:0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)$/;

/**
 * Writes a ProwJob, its status or its definition as YAML: keys sorted, block style, no empty fields, and every text quoted that any
 * reader of YAML 1.1 or 1.2 would take for a number, a boolean or a date. Ends with a line break.
 */
export async function formatYaml(value: object): Promise<string> {
  const { Document, Scalar, visit } = await import('yaml');
  const document = new Document(withoutEmpty(value), { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && NUMBER_ELSEWHERE.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false, directives: false });
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

/** The order in which Go writes keys, but for numbers in them: signs and digits before letters. */
export function compareKeys(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined || right === undefined) return a.length - b.length;
  const [isLetter, isOtherLetter] = [/\p{L}/u.test(left), /\p{L}/u.test(right)];
  if (isLetter !== isOtherLetter) return isLetter ? 1 : -1;
  return left < right ? -1 : 1;
}
