/**
 * Makes an expression of a pattern for whole names: `*` and `?` stay within a folder, `**` crosses folders, `[…]`,
 * `[!…]` and `{a,b}` are as in a shell. Object stores have no folders to walk, so names are compared as they are.
 */
export function parsePattern(pattern: string): RegExp {
  let source = '';
  let braces = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const set = character === '[' ? SET.exec(pattern.slice(at)) : null;
    if (pattern.startsWith('**/', at)) {
      source += '(?:[^/]*/)*';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      source += '.*';
      at += 1;
    } else if (set !== null) {
      source += `[${set[1] === undefined ? '' : '^'}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (character === '{' && pattern.includes('}', at)) {
      source += '(?:';
      braces += 1;
    } else if (character === '}' && braces > 0) {
      source += ')';
      braces -= 1;
    } else if (character === ',' && braces > 0) source += '|';
    else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  }
  return new RegExp(`^${source}$`, 'su');
}

/** The part of a pattern that holds no wildcard, as far as it goes. */
export function prefixOfPattern(pattern: string): string {
  const at = pattern.search(/[*?[{]/);
  return at < 0 ? pattern : pattern.slice(0, at);
}

const SET = /^\[([!^])?([^\]/]+)\]/;
