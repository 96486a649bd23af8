// Qualified names and label values of Kubernetes:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const LONGEST_PREFIX = 253;

/** Whether a text may be the key of a label or annotation: a name, or a DNS subdomain and a name. */
export function isQualifiedName(key: string): boolean {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) return false;
  if (second === undefined) return NAME.test(first);
  return first.length <= LONGEST_PREFIX && SUBDOMAIN.test(first) && NAME.test(second);
}

/** Whether a text may be the value of a label: empty, or up to 63 letters, digits, dots, underscores and hyphens. */
export function isLabelValue(value: string): boolean {
  return value === '' || NAME.test(value);
}
