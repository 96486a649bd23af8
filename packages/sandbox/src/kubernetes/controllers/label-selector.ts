import type { Fields } from '../kube-api.js';

/**
 * Does a `LabelSelector` of a workload (`matchLabels`, `matchExpressions`) fit these labels? An absent selector fits
 * nothing, an empty one everything.
 */
export function matchesSelector(
  selector: Fields | undefined,
  labels: Readonly<Record<string, string>> | undefined = {},
): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((term: Fields) => matchesTerm(term, labels))
  );
}

/** One `{key, operator, values}` of a selector or of a node affinity; `Gt` and `Lt` compare integers. */
export function matchesTerm(term: Fields, labels: Readonly<Record<string, string>>): boolean {
  const key = String(term['key']);
  const values: readonly string[] = term['values'] ?? [];
  const present = Object.hasOwn(labels, key);
  const value = labels[key] ?? '';
  switch (term['operator']) {
    case 'In':
      return present && values.includes(value);
    case 'NotIn':
      return !present || !values.includes(value);
    case 'Exists':
      return present;
    case 'DoesNotExist':
      return !present;
    case 'Gt':
      return present && Number(value) > Number(values[0]);
    case 'Lt':
      return present && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
