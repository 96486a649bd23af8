import { query } from 'jsonpath-rfc9535';
import type { JsonValue } from 'jsonpath-rfc9535';
import { DeployError } from './errors.js';
import type { KubeObject } from './kube-object.js';

/** Finds the values a path leads to; none when any part of it is missing or null. */
export type JsonPath = (object: KubeObject) => readonly unknown[];

/**
 * Compiles a path as kubectl takes it: `{.status.phase}`, `.status.phase`, `status.phase`,
 * `{.status.conditions[?(@.type=="Ready")].status}`, with `\.` for a dot in a name.
 *
 * Filters are those of RFC 9535; nothing in a path is run as code.
 *
 * @throws {DeployError} `INVALID`
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function compileJsonPath(text: string): JsonPath {
  let find: (value: unknown) => readonly unknown[];
  try {
    const standard = standardPath(text);
    find = (value) => query(value as JsonValue, standard);
    find({});
  } catch (cause) {
    throw new DeployError('INVALID', `not a JSONPath: ${JSON.stringify(text)}: ${(cause as Error).message}`, {
      cause,
      hint: 'Write it as kubectl does, for example {.status.phase}.',
    });
  }
  return (object) => find(object).filter((value) => value !== null && value !== undefined);
}

/** kubectl's form as RFC 9535 has it: names in brackets and quotes, because kubectl allows `-`, `/` and `\.` in them. */
function standardPath(text: string): string {
  const trim = (one: string): string => one.trimStart().replace(/(?<!\\)\s+$/, '');
  let path = trim(text);
  if (path.startsWith('{') && path.endsWith('}')) path = trim(path.slice(1, -1));
  if (path.startsWith('$')) path = path.slice(1);
  if (path !== '' && !/^[.[]/.test(path)) path = `.${path}`;
  // What is in brackets stays as it is: indexes, quoted names, filters.
  const parts = path.matchAll(
    /(\.\.?)((?:\\.|[^.[\]{}\s\\])*)|(\[(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\]'"])*\])|(.)/gs,
  );
  let standard = '$';
  for (const [, dots, name = '', brackets, other] of parts) {
    if (brackets !== undefined) standard += brackets;
    else if (dots === undefined)
      throw new SyntaxError(`unexpected ${JSON.stringify(other)}: it is one path, no template`);
    else if (name === '') standard += dots === '..' ? '..' : '.';
    else {
      const plain = name.replaceAll(/\\(.)/g, '$1');
      standard += `${dots === '..' ? '..' : ''}${plain === '*' ? '[*]' : `[${JSON.stringify(plain)}]`}`;
    }
  }
  return standard;
}
