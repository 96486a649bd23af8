import { DeployError } from './errors.js';

/** What to wait for. */
export type WaitTarget =
  /** That it does what it was made for, by the rules of its kind: see `readinessOf`. */
  | { readonly type: 'ready' }
  /** A condition's status; both are compared as kubectl does, whatever their case. */
  | { readonly type: 'condition'; readonly condition: string; readonly status: string }
  /** `status.phase`. */
  | { readonly type: 'phase'; readonly phase: string }
  /** One value of the object, as text; that there is one, without `value`. */
  | { readonly type: 'jsonpath'; readonly path: string; readonly value: string | undefined }
  /** A rule in the Common Expression Language over `object`. */
  | { readonly type: 'cel'; readonly rule: string }
  /** That it is there. */
  | { readonly type: 'create' }
  /** That it is gone, or another one has its name. */
  | { readonly type: 'delete' };

/**
 * Reads what `kubectl wait --for` takes, and three more: `condition=Ready`, `condition=Ready=False`,
 * `jsonpath={.status.phase}=Running`, `jsonpath={.status.podIP}`, `create`, `delete`; `ready`, `phase=Running`,
 * `cel=object.status.replicas > 1`.
 *
 * @throws {DeployError} `INVALID`
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/
 */
export function parseWaitTarget(text: string): WaitTarget {
  const trimmed = text.trim();
  const at = trimmed.indexOf('=');
  const [type, rest] = at === -1 ? [trimmed, ''] : [trimmed.slice(0, at), trimmed.slice(at + 1).trim()];
  switch (type.toLowerCase()) {
    case 'ready':
    case 'create':
    case 'delete':
      if (at === -1) return { type: type.toLowerCase() as 'ready' | 'create' | 'delete' };
      break;
    case 'condition': {
      const [condition = '', status = 'True', more] = rest.split('=');
      if (condition !== '' && status !== '' && more === undefined) return { type: 'condition', condition, status };
      break;
    }
    case 'phase':
      if (rest !== '') return { type: 'phase', phase: rest };
      break;
    case 'jsonpath': {
      const { path, value } = splitJsonPath(rest);
      if (path !== '' && value !== '') return { type: 'jsonpath', path, value };
      break;
    }
    case 'cel':
      if (rest !== '') return { type: 'cel', rule: rest };
  }
  throw new DeployError('INVALID', `not something to wait for: ${JSON.stringify(text)}`, {
    hint: 'Write ready, condition=NAME[=STATUS], phase=NAME, jsonpath={PATH}[=VALUE], cel=RULE, create or delete.',
  });
}

/** Inverse of {@link parseWaitTarget}, for messages. */
export function formatWaitTarget(target: WaitTarget): string {
  switch (target.type) {
    case 'condition':
      return `condition=${target.condition}${target.status === 'True' ? '' : `=${target.status}`}`;
    case 'phase':
      return `phase=${target.phase}`;
    case 'jsonpath':
      return `jsonpath=${target.path}${target.value === undefined ? '' : `=${target.value}`}`;
    case 'cel':
      return `cel=${target.rule}`;
    default:
      return target.type;
  }
}

/** The path ends at its closing brace, or without braces at the first `=` outside of brackets. */
function splitJsonPath(text: string): { readonly path: string; readonly value: string | undefined } {
  let depth = 0;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] as string;
    if (char === '\\') index += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (depth > 0 && (char === '"' || char === "'")) quote = char;
    else if (char === '{' || char === '[' || char === '(') depth += 1;
    else if (char === '}' || char === ']' || char === ')') depth -= 1;
    else if (char === '=' && depth === 0) return { path: text.slice(0, index), value: text.slice(index + 1) };
  }
  return { path: text, value: undefined };
}
