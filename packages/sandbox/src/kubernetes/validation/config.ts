import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import { jsonFault } from '../json-fault.js';
import type { Fields, KubeObject } from '../kube-api.js';

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const MAX_KEY_LENGTH = 253;

function keyFaults(key: string): string[] {
  const faults: string[] = [];
  if (key.length > MAX_KEY_LENGTH) faults.push(`must be no more than ${MAX_KEY_LENGTH} characters`);
  if (!CONFIG_KEY.test(key)) {
    faults.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
        "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === '.') faults.push("must not be '.'");
  else if (key === '..') faults.push("must not be '..'");
  else if (key.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

function keysFaults(data: Fields | undefined, path: string): FieldError[] {
  return Object.keys(data ?? {}).flatMap((key) =>
    keyFaults(key).map((why) => fault.invalid(`${path}[${key}]`, key, why)),
  );
}

/** Faults of a ConfigMap. */
export function validateConfigMap(object: KubeObject): FieldError[] {
  const { data = {}, binaryData = {} } = object as Fields;
  const twice = Object.keys(data as Fields).filter((key) => Object.hasOwn(binaryData as Fields, key));
  return [
    ...keysFaults(data as Fields, 'data'),
    ...twice.map((key) => fault.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keysFaults(binaryData as Fields, 'binaryData'),
  ];
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Faults of a Secret: its keys, and what its type asks for. */
export function validateSecret(object: KubeObject): FieldError[] {
  const data = (object['data'] ?? {}) as Fields;
  const faults = keysFaults(data, 'data');
  const type = object['type'] as string;
  for (const key of requiredKeys[type] ?? []) {
    // The unfinished format is the real server's.
    const at = type === 'kubernetes.io/ssh-auth' ? `data[%s][${key}]` : `data[${key}]`;
    if (data[key] === undefined) faults.push(fault.required(at));
    else if (key.startsWith('.docker')) faults.push(...jsonFaults(data[key] as string, `data[${key}]`));
  }
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    faults.push(fault.required('data[%s][username]'), fault.required('data[%s][password]'));
  }
  if (type === 'kubernetes.io/service-account-token') {
    const account = object.metadata.annotations?.['kubernetes.io/service-account.name'] ?? '';
    if (account === '') faults.push(fault.required('metadata.annotations[kubernetes.io/service-account.name]'));
  }
  return faults;
}

function jsonFaults(base64: string, path: string): FieldError[] {
  const why = jsonFault(Buffer.from(base64, 'base64').toString('utf8'));
  return why === '' ? [] : [fault.invalid(path, '<secret contents redacted>', why)];
}
