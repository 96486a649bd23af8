import ignoreModule from '@balena/dockerignore';

// Its types promise a default export of an ES module; what Node gives is the CommonJS function itself.
const createIgnore = ignoreModule as unknown as typeof ignoreModule.default;

/** Which paths of a build context stay behind. Paths are relative, with slashes. */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** Whether nothing below an ignored folder can be taken in again by a `!` pattern: then it need not be looked into. */
  isSealed(folder: string): boolean;
}

/** Reads a `.dockerignore`. @see https://docs.docker.com/build/concepts/context/#dockerignore-files */
export function parseDockerignore(text: string): IgnoreRules {
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const rules = createIgnore().add(patterns);
  const exceptions = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) =>
      pattern
        .slice(1)
        .trim()
        .replace(/^(?:\.?\/)+/, '')
        .split('/'),
    );
  return {
    ignores: (path) => rules.ignores(path),
    isSealed: (folder) =>
      rules.ignores(folder) && !exceptions.some((exception) => mayMatchBelow(exception, folder.split('/'))),
  };
}

function mayMatchBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [index, name] of folder.entries()) {
    const part = pattern[index];
    if (part === undefined) return true; // names a folder around this one: all in it is taken in again
    if (/[*?[\\]/.test(part)) return true; // not worth deciding
    if (part !== name) return false;
  }
  return true;
}
