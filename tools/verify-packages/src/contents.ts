const needed = ['package.json', 'README.md', 'LICENSE', 'bin.js', 'dist/index.js', 'dist/index.d.ts'];

const unwanted: readonly [pattern: RegExp, what: string][] = [
  [/\.(test|spec|bench)\.[cm]?[jt]sx?(\.map)?$/, 'a test'],
  [/\.(test|spec)\.d\.[cm]?ts$/, 'a test'],
  [/__(fixtures|snapshots|tests)__\//, 'a fixture'],
  [/\.tsbuildinfo$/, "the compiler's notes"],
  [/(^|\/)(tsconfig|vitest|vite|eslint)[^/]*\.(json|mjs|ts)$/, 'a configuration'],
  [/^src\//, 'a source'],
  [/\.map$/, 'a map to a source that is not there'],
  [/(^|\/)(\.env|\.npmrc|.*\.pem|.*\.key)$/, 'maybe a secret'],
];

/**
 * What is wrong with a package's files.
 *
 * @param files Paths inside the package.
 * @param hasChangelog Whether there is one to be packed: the first release makes it.
 */
export function contentFaults(files: readonly string[], hasChangelog: boolean): readonly string[] {
  const present = new Set(files);
  const expected = hasChangelog ? [...needed, 'CHANGELOG.md'] : needed;
  return [
    ...expected.filter((file) => !present.has(file)).map((file) => `packed without ${file}`),
    ...files.flatMap((file) =>
      unwanted.filter(([pattern]) => pattern.test(file)).map(([, what]) => `packs ${what}: ${file}`),
    ),
  ];
}
