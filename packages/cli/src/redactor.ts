import { formsOf, SHORTEST_SECRET } from './secret-forms.js';
import { createTextMatcher, type FindMatch } from './text-matcher.js';

const REPLACEMENT = '[redacted]';
const SECRET_NAME =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS_JSON|AUTH_CONFIG)(?:_|$)/i;

/** Takes secrets out of a text that comes in pieces, wherever it is cut. */
export interface RedactStream {
  /**
   * What can be shown now. What may be the beginning of a secret is held back: less than a line, and only so long; more than
   * a line only where it is the beginning of a secret of several lines.
   */
  push(text: string): string;
  /** The rest. */
  end(): string;
}

/** Takes out of texts what must not be shown, and writes `[redacted]` in its place. */
export interface Redactor {
  /** Redacts a text that is whole. */
  (text: string): string;
  /** Begins a text that comes in pieces. */
  stream(): RedactStream;
}

/**
 * Redacts secrets as they are, and as they stand in JSON, XML, a URL and base64 (at any place of it, in either alphabet).
 *
 * Secrets of several lines are redacted as a whole and, where only a part of them stands, line by line. Those of less than
 * 6 characters are left alone, and so are such lines of longer ones on their own.
 */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const forms = [...new Set([...secrets].flatMap(formsOf))];
  const longest = Math.max(0, ...forms.map(({ length }) => length));
  const find = createTextMatcher(forms);
  const redact = (text: string) => {
    const { shown, end } = redactUntil(find, text, text.length);
    return shown + text.slice(end);
  };
  return Object.assign(redact, {
    stream: () => createStream({ find, longest, long: forms.filter((form) => /[\r\n]/.test(form)) }),
  });
}

/** Gives what a {@link Redactor} gives of the whole, whatever the pieces. */
function createStream({
  find,
  longest,
  long,
}: {
  readonly find: FindMatch;
  readonly longest: number;
  /** Forms of several lines. */
  readonly long: readonly string[];
}): RedactStream {
  let held = '';
  /** Where a form of several lines may have begun whose end has not come yet. */
  const beginningOf = (text: string): number => {
    let first = text.length;
    for (const form of long) {
      const letter = form.charAt(0);
      for (let at = text.indexOf(letter, Math.max(0, text.length - form.length + 1)); at >= 0 && at < first;) {
        if (form.startsWith(text.slice(at))) first = at;
        at = text.indexOf(letter, at + 1);
      }
    }
    return first;
  };
  return {
    push(text) {
      const all = held + text;
      // A secret that begins before this has come as a whole: no form is longer, and those of one line end with it.
      const ended = Math.max(all.lastIndexOf('\n') + 1, Math.min(all.length, all.length - longest + 1));
      const safe = Math.max(0, Math.min(ended, beginningOf(all)));
      const { shown, end } = redactUntil(find, all, safe);
      const cut = Math.max(end, safe);
      held = all.slice(cut);
      return shown + all.slice(end, cut);
    },
    end() {
      const { shown, end } = redactUntil(find, held, held.length);
      const rest = shown + held.slice(end);
      held = '';
      return rest;
    },
  };
}

/** The text up to the end of the last secret that begins before `limit`, redacted, and where that end is. */
function redactUntil(find: FindMatch, text: string, limit: number): { readonly shown: string; readonly end: number } {
  let shown = '';
  let end = 0;
  for (let match = find(text, 0); match !== undefined && match.index < limit; match = find(text, end)) {
    shown += text.slice(end, match.index) + REPLACEMENT;
    end = match.index + match.length;
  }
  return { shown, end };
}

/**
 * Values of an environment that must not be shown: of variables whose names say so (`…_TOKEN`, `…_PASSWORD`, …), and of
 * those that are named. Values of less than 6 characters are left out.
 */
export function secretsOf(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = [],
): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= SHORTEST_SECRET && (SECRET_NAME.test(name) || names.includes(name))
      ? [value]
      : [],
  );
}
