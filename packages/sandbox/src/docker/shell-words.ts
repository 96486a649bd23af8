import { DockerError } from './docker-error.js';

/** What variables stand for; `undefined` is unset. */
export type Variables = (name: string) => string | undefined;

/** How a text is read. */
interface WordOptions {
  readonly variables: Variables;
  /** The Dockerfile's escape character. @default '\\' */
  readonly escape?: string;
}

/**
 * Reads a Dockerfile's words as its own lexer does: quotes are taken away and variables filled in (`$A`, `${A}`, `${A:-b}`,
 * `${A:+b}`, `${A-b}`, `${A+b}`, `${A:?message}`); nothing is split after filling in.
 *
 * @throws {DockerError} 400 for an unknown form of substitution or an open quote.
 * @see https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function splitWords(text: string, options: WordOptions): string[] {
  return new Lexer(text, options).words();
}

/** The same for a text that is one word: blanks stay. @throws {DockerError} 400 */
export function expandWord(text: string, options: WordOptions): string {
  return new Lexer(text, options).whole();
}

class Lexer {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #escape: string;
  #at = 0;

  constructor(text: string, { variables, escape = '\\' }: WordOptions) {
    this.#text = text;
    this.#variables = variables;
    this.#escape = escape;
  }

  words(): string[] {
    const words: string[] = [];
    let word: string | undefined;
    while (this.#at < this.#text.length) {
      if (/\s/.test(this.#peek())) {
        this.#at += 1;
        if (word !== undefined) words.push(word);
        word = undefined;
      } else word = (word ?? '') + this.#piece();
    }
    return word === undefined ? words : [...words, word];
  }

  whole(): string {
    let word = '';
    while (this.#at < this.#text.length) word += this.#piece();
    return word;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #piece(): string {
    const char = this.#peek();
    if (char === "'") return this.#single();
    if (char === '"') return this.#double();
    if (char === '$') return this.#dollar();
    this.#at += 1;
    if (char !== this.#escape) return char;
    const next = this.#peek();
    this.#at += 1;
    return next;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw this.#open("'");
    const inner = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inner;
  }

  #double(): string {
    let inner = '';
    this.#at += 1;
    for (;;) {
      const char = this.#peek();
      if (char === '') throw this.#open('"');
      if (char === '"') break;
      if (char === '$') inner += this.#dollar();
      else if (char === this.#escape && /["$\\`]/.test(this.#text.charAt(this.#at + 1))) {
        inner += this.#text.charAt(this.#at + 1);
        this.#at += 2;
      } else {
        inner += char;
        this.#at += 1;
      }
    }
    this.#at += 1;
    return inner;
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#peek() === '{') return this.#braced();
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#])/.exec(this.#text.slice(this.#at))?.[0];
    if (name === undefined) return '$';
    this.#at += name.length;
    return this.#variables(name) ?? '';
  }

  #braced(): string {
    const rest = this.#text.slice(this.#at);
    const {
      name,
      colon = '',
      operator,
    } = /^\{(?<name>[A-Za-z_]\w*|[0-9@*#])(?<colon>:?)(?<operator>[-+?}])/.exec(rest)?.groups ?? {};
    if (name === undefined || operator === undefined || (colon !== '' && operator === '}')) {
      throw new DockerError(
        400,
        `failed to process ${JSON.stringify(this.#text)}: unsupported modifier in substitution`,
      );
    }
    this.#at += 1 + name.length + colon.length + 1;
    const value = this.#variables(name);
    if (operator === '}') return value ?? '';
    let word = '';
    while (this.#peek() !== '}') {
      if (this.#peek() === '') throw this.#open('{');
      word += this.#piece();
    }
    this.#at += 1;
    const isSet = value !== undefined && !(colon === ':' && value === '');
    if (operator === '-') return isSet ? value : word;
    if (operator === '+') return isSet ? word : '';
    if (isSet) return value;
    throw new DockerError(
      400,
      `failed to process ${JSON.stringify(this.#text)}: ${name}: ${word || 'is not allowed to be unset'}`,
    );
  }

  #open(what: string): DockerError {
    return new DockerError(
      400,
      `failed to process ${JSON.stringify(this.#text)}: unexpected end of statement while looking for matching ${what === '{' ? '}' : `${what === '"' ? 'double' : 'single'}-quote`}`,
    );
  }
}
