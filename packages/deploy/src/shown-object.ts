import type { KubeObject } from './kube-object.js';

const LEFT_OUT = '(left out)';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
// Names of environment variables whose values nobody should read in an archive.
const SECRET_NAME =
  /(?:pass(?:word|wd|phrase)?|secret|token|credentials?|private|(?:api|access|ssh|signing|encryption)_?key|auth)(?:_|$)/i;
const PUBLIC_NAME = /(?:_(?:file|path|dir|name|url|mode|type)|^automount.*)$/i;

/**
 * An object to show: without the bookkeeping of fields, without what a Secret holds, and without the values of environment
 * variables whose names say that they are secret (`DB_PASSWORD`, `API_TOKEN`), wherever in it they are.
 */
export function shownObject(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as Record<string, unknown>;
  const annotations = { ...object.metadata.annotations };
  // It repeats the object as it was written, secrets and all.
  delete annotations[LAST_APPLIED];
  const shown = {
    ...object,
    metadata: object.metadata.annotations === undefined ? metadata : { ...metadata, annotations },
  };
  const hidden = isSecret(object) ? hideValues(hideValues(shown, 'data'), 'stringData') : shown;
  return hideEnvironment(hidden) as KubeObject;
}

function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

function hideValues<T extends Readonly<Record<string, unknown>>>(object: T, field: string): T {
  const values = object[field];
  if (typeof values !== 'object' || values === null) return object;
  return { ...object, [field]: Object.fromEntries(Object.keys(values).map((key) => [key, LEFT_OUT])) };
}

/** Custom resources hold pod templates anywhere, so whatever looks like a variable is taken for one. */
function hideEnvironment(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideEnvironment);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const { name } = fields;
  const hides = typeof name === 'string' && typeof fields['value'] === 'string' && isSecretName(name);
  return Object.fromEntries(
    Object.entries(fields).map(([key, one]) => [key, hides && key === 'value' ? LEFT_OUT : hideEnvironment(one)]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name);
}
