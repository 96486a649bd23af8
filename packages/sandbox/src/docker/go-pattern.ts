/** Translates one path component of a pattern. `undefined` when it is malformed. */
function componentSource(pattern: string): string | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i);
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') {
      i += 1;
      if (i >= pattern.length) return undefined;
      source += escape(pattern.charAt(i));
    } else if (char === '[') {
      const found = /^\[(?<not>\^?)(?<set>(?:\\.|[^\\\]])+)\]/.exec(pattern.slice(i));
      if (found === null) return undefined;
      const { not = '', set = '' } = found.groups ?? {};
      source += `[${not}${not === '' ? '' : '/'}${set.replace(/[[^]/g, '\\$&')}]`;
      i += found[0].length - 1;
    } else source += escape(char);
  }
  return source;
}

function escape(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

/** Whether a path has characters that make it a pattern. */
export function isPattern(path: string): boolean {
  return /[*?[\\]/.test(path);
}

/**
 * Go's `filepath.Match`, which COPY and ADD use: `*` and `?` stay within a component.
 *
 * @returns `undefined` for a malformed pattern.
 * @see https://pkg.go.dev/path/filepath#Match
 */
export function compilePattern(pattern: string): ((path: string) => boolean) | undefined {
  const source = componentSource(pattern);
  if (source === undefined) return undefined;
  try {
    const expression = new RegExp(`^${source}$`, 'su');
    return (path) => expression.test(path);
  } catch {
    return undefined; // a class such as [z-a]
  }
}

/**
 * Whether the lines of a `.dockerignore` leave a path out. The last line that matches decides; `**` crosses folders.
 *
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function isIgnored(dockerignore: string, path: string): boolean {
  let ignored = false;
  for (const raw of dockerignore.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.startsWith('#') ? '' : raw.trim();
    if (line === '' || line === '!') continue;
    const negated = line.startsWith('!');
    const pattern = (negated ? line.slice(1).trim() : line).replace(/^(?:\.?\/)+|\/+$/g, '');
    if (matchesOrParent(pattern, path)) ignored = !negated;
  }
  return ignored;
}

function matchesOrParent(pattern: string, path: string): boolean {
  const parts = pattern.split('/').map((part) => (part === '**' ? undefined : componentSource(part)));
  let source = '';
  parts.forEach((part, index) => {
    const last = index === parts.length - 1;
    if (part === undefined) source += last ? '.*' : '(?:[^/]+/)*';
    else source += last ? part : `${part}/`;
  });
  try {
    return new RegExp(`^${source}(?:/.*)?$`, 'su').test(path);
  } catch {
    return false; // malformed: matches nothing
  }
}
