import { badRequest } from './errors.js';

type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';
interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Does an object with these labels belong? */
export type LabelPredicate = (labels: Readonly<Record<string, string>> | undefined) => boolean;

const everything: LabelPredicate = () => true;

/**
 * Compiles a label selector as written in a request: `a=b,a!=b,a,!a,a in (x,y),a notin (x),a>1,a<1`.
 *
 * @throws {ApiError} 400 with the message of the real parser
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api
 */
export function parseLabelSelector(text: string | undefined): LabelPredicate {
  if (text === undefined || text.trim() === '') return everything;
  const requirements = new Parser(text).parse();
  return (labels = {}) => requirements.every((requirement) => matches(requirement, labels));
}

function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const present = Object.hasOwn(labels, key);
  const value = labels[key] ?? '';
  switch (operator) {
    case 'exists':
      return present;
    case '!':
      return !present;
    case '=':
    case 'in':
      return present && values.includes(value);
    case '!=':
    case 'notin':
      return !present || !values.includes(value);
    case '>':
    case '<': {
      if (!present || !/^-?\d+$/.test(value)) return false;
      const [bound = '0'] = values;
      return operator === '>' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
  }
}

interface Token {
  readonly type: 'word' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin' | 'end';
  readonly text: string;
}

const SYMBOLS = new Set(['=', '==', '!=', '!', '(', ')', ',', '>', '<']);

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/[=!(),><]+|[^\s=!(),><]+/g)) {
    if (/^[=!(),><]/.test(part)) {
      // The scanner takes the longest known symbol, one after another.
      for (let rest = part; rest !== '';) {
        const symbol = SYMBOLS.has(rest.slice(0, 2)) ? rest.slice(0, 2) : rest.slice(0, 1);
        tokens.push({ type: symbol as Token['type'], text: symbol });
        rest = rest.slice(symbol.length);
      }
    } else {
      tokens.push({ type: part === 'in' || part === 'notin' ? part : 'word', text: part });
    }
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenise(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { type, text } = this.#peek();
      if (type === 'word' || type === '!' || type === 'in' || type === 'notin') {
        requirements.push(this.#requirement());
        const next = this.#next();
        if (next.type === 'end') return requirements;
        if (next.type !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`);
        const after = this.#peek();
        if (!['word', '!', 'in', 'notin'].includes(after.type)) {
          throw badRequest(`found '${after.text}', expected: identifier after ','`);
        }
      } else if (type === 'end') {
        return requirements;
      } else {
        throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
    }
  }

  #requirement(): Requirement {
    let negated = false;
    if (this.#peek().type === '!') {
      this.#next();
      negated = true;
    }
    const word = this.#next();
    if (word.type !== 'word' && word.type !== 'in' && word.type !== 'notin') {
      throw badRequest(`unable to parse requirement: found '${word.text}', expected: identifier`);
    }
    const key = word.text;
    checkKey(key);
    const follows = this.#peek();
    if (negated) return { key, operator: '!', values: [] };
    if (follows.type === 'end' || follows.type === ',') return { key, operator: 'exists', values: [] };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    if (operator === '>' || operator === '<') {
      const [value = ''] = values;
      if (!/^[+-]?\d+$/.test(value)) {
        throw badRequest(
          'unable to parse requirement: values[0][' +
            key +
            ']: Invalid value: ' +
            JSON.stringify(value) +
            ": for 'Gt', 'Lt' operators, the value must be an integer",
        );
      }
    }
    values.forEach((value, index) => checkValue(key, value, index));
    return { key, operator, values };
  }

  #operator(): Operator {
    const { type, text } = this.#next();
    if (type === '==') return '=';
    if (['=', '!=', '>', '<', 'in', 'notin'].includes(type)) return type as Operator;
    throw badRequest(`unable to parse requirement: found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #exactValue(): string {
    const { type } = this.#peek();
    if (type === 'end' || type === ',') return '';
    const token = this.#next();
    if (token.type === 'word' || token.type === 'in' || token.type === 'notin') return token.text;
    throw badRequest(`unable to parse requirement: found '${token.text}', expected: identifier`);
  }

  #values(): string[] {
    const open = this.#next();
    if (open.type !== '(') throw badRequest(`unable to parse requirement: found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.type === ')') {
      this.#next();
      return [''];
    }
    if (!['word', 'in', 'notin', ','].includes(first.type)) {
      throw badRequest(`unable to parse requirement: found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#identifiers();
    const close = this.#next();
    if (close.type !== ')') throw badRequest(`unable to parse requirement: found '${close.text}', expected: ')'`);
    return values;
  }

  #identifiers(): string[] {
    const values = new Set<string>();
    for (;;) {
      const token = this.#next();
      if (token.type === 'word' || token.type === 'in' || token.type === 'notin') {
        values.add(token.text);
        const next = this.#peek();
        if (next.type === ')') return [...values];
        if (next.type !== ',')
          throw badRequest(`unable to parse requirement: found '${next.text}', expected: ',' or ')'`);
      } else if (token.type === ',') {
        if (values.size === 0) values.add('');
        const next = this.#peek();
        if (next.type === ')') {
          values.add('');
          return [...values];
        }
        if (next.type === ',') {
          this.#next();
          values.add('');
        }
      } else {
        throw badRequest(`unable to parse requirement: found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with a qualified name such as a label key; empty when it is fine. */
export function qualifiedNameFaults(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const faults: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const [prefix = ''] = parts;
    if (prefix === '') faults.push('prefix part must be non-empty');
    else if (!SUBDOMAIN.test(prefix)) {
      faults.push(
        "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and " +
          "must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
          "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      );
    }
  }
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 characters');
  if (!NAME.test(name)) faults.push(NAME_RULE);
  return faults;
}

/** What is wrong with a label's value; empty when it is fine. */
export function labelValueFaults(value: string): string[] {
  const faults: string[] = [];
  if (value.length > 63) faults.push('must be no more than 63 characters');
  if (value !== '' && !NAME.test(value)) faults.push(VALUE_RULE);
  return faults;
}

function checkKey(key: string): void {
  const [why] = qualifiedNameFaults(key);
  if (why !== undefined)
    throw badRequest(
      `unable to parse requirement: key: Invalid value: ${JSON.stringify(key)}: ${qualifiedNameFaults(key).join('; ')}`,
    );
}

function checkValue(key: string, value: string, index: number): void {
  const faults = labelValueFaults(value);
  if (faults.length > 0) {
    throw badRequest(
      `unable to parse requirement: values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`,
    );
  }
}

/** One term of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly negated: boolean;
  readonly value: string;
}

/**
 * Splits a field selector: `metadata.name=a,status.phase!=Running`.
 *
 * @throws {ApiError} 400
 */
export function parseFieldSelector(text: string | undefined): FieldTerm[] {
  if (text === undefined || text === '') return [];
  const terms: FieldTerm[] = [];
  for (const part of text.split(/(?<!\\),/)) {
    if (part === '') continue;
    const match = /^(?<field>.*?)(?<operator>!=|==|=)(?<value>.*)$/.exec(part)?.groups;
    if (match === undefined) {
      throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    }
    const value = (match['value'] ?? '').replace(/\\([\\,=])/g, '$1');
    terms.push({ field: match['field'] ?? '', negated: match['operator'] === '!=', value });
  }
  return terms;
}
