import type { Fields } from '../kube-api.js';

/** Sets a member that is absent, `null` or an empty string; does nothing without an object. */
export function setDefault(object: Fields | undefined, member: string, value: unknown): void {
  if (object === undefined || object === null) return;
  const present = object[member];
  if (present === undefined || present === null || present === '') object[member] = value;
}

/** {@link setDefault} of several members. */
export function setDefaults(object: Fields | undefined, values: Fields): void {
  for (const [member, value] of Object.entries(values)) setDefault(object, member, value);
}
