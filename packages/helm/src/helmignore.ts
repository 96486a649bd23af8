import { HelmError } from './errors.js';

/** Says whether an entry of a chart is left out of its package. */
export interface HelmIgnore {
  /** `path` is below the chart's folder, with `/`. */
  ignores(path: string, isFolder: boolean): boolean;
}

interface Rule {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  matches(path: string): boolean;
}

/**
 * Reads `.helmignore`. Its rules are helm's own, not git's: a pattern is that of Go's `filepath.Match`, where `*` does not
 * cross `/`; one with a slash is compared with the whole path and not anchored to a folder below; `**` is an error; rules
 * are tried in order and the first that fits decides; and a negated rule leaves out all that it does **not** match.
 * Hidden files of `templates/` are left out always.
 *
 * @throws {HelmError} `INVALID_CHART` for `**` or a malformed pattern, also one that helm would take without ever matching it.
 * @see https://github.com/helm/helm/blob/main/pkg/ignore/rules.go
 */
export function parseHelmIgnore(text: string, file = '.helmignore'): HelmIgnore {
  const rules = [...text.replace(/^\uFEFF/, '').split('\n'), 'templates/.?*'].flatMap((line, index) =>
    parseRule(line.trim(), file, index + 1),
  );
  return {
    ignores(path, isFolder) {
      if (path === '' || path === '.') return false;
      for (const { negated, foldersOnly, matches } of rules) {
        if (negated) {
          if ((foldersOnly && !isFolder) || !matches(path)) return true;
        } else if (!(foldersOnly && !isFolder) && matches(path)) {
          return true;
        }
      }
      return false;
    },
  };
}

function parseRule(line: string, file: string, lineNumber: number): readonly Rule[] {
  if (line === '' || line.startsWith('#')) return [];
  const invalid = (why: string) =>
    new HelmError('INVALID_CHART', `${file}:${lineNumber}: ${why}: ${JSON.stringify(line)}`, {
      file,
      line: lineNumber,
    });
  if (line.includes('**')) throw invalid('double-star (**) is not supported by helm');
  const negated = line.startsWith('!');
  let pattern = negated ? line.slice(1) : line;
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const anchored = pattern.startsWith('/');
  if (anchored) pattern = pattern.slice(1);
  const expression = compileGlob(pattern);
  if (expression === undefined) throw invalid('malformed pattern');
  const nameOnly = !anchored && !pattern.includes('/');
  const matches = (path: string) => expression.test(nameOnly ? path.slice(path.lastIndexOf('/') + 1) : path);
  return [{ negated, foldersOnly, matches }];
}

/** Go's `filepath.Match` as a regular expression. `undefined` when the pattern is malformed. */
function compileGlob(pattern: string): RegExp | undefined {
  let source = '';
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined) return undefined;
      source += quote(escaped);
    } else if (character === '[') {
      const set = compileSet(characters, at + 1);
      if (set === undefined) return undefined;
      source += set.source;
      at = set.end;
    } else source += quote(character);
  }
  return new RegExp(`^${source}$`, 'su');
}

/** `[a-z]`, `[^a-z]`; `end` is the index of the closing bracket. */
function compileSet(characters: readonly string[], start: number): { source: string; end: number } | undefined {
  let at = start;
  const negated = characters[at] === '^';
  if (negated) at += 1;
  const ranges: string[] = [];
  const read = (): string | undefined => {
    if (characters[at] === '\\') at += 1;
    else if (characters[at] === '-' || characters[at] === ']') return undefined;
    const character = characters[at];
    at += 1;
    return character;
  };
  while (!(characters[at] === ']' && ranges.length > 0)) {
    const low = read();
    if (low === undefined) return undefined;
    let high = low;
    if (characters[at] === '-') {
      at += 1;
      const end = read();
      if (end === undefined) return undefined;
      high = end;
    }
    // Go takes a range the wrong way round as one that matches nothing; a regular expression does not.
    ranges.push(
      (low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0) ? `${quoteInSet(low)}-${quoteInSet(high)}` : '',
    );
  }
  const set = ranges.join('');
  // A set of Go matches `/` only when it says so; a negated one takes any character.
  if (negated) return { source: set === '' ? '[\\s\\S]' : `[^${set}]`, end: at };
  return { source: set === '' ? '(?!)' : `[${set}]`, end: at };
}

function quote(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** A hyphen has a meaning in a set only, and may be escaped there only. */
function quoteInSet(character: string): string {
  return character === '-' ? '\\-' : quote(character);
}
