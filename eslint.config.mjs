import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import globals from 'globals';
import jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

const layers = [
  ['foundation', ['foundation']],
  ['client', ['foundation']],
  ['flow', ['foundation', 'client']],
  ['sandbox', ['foundation']],
  ['app', ['foundation', 'client', 'flow', 'sandbox', 'app']],
];

const boundaries = (constraints) => [
  'error',
  {
    enforceBuildableLibDependency: true,
    allow: ['../../vitest.base.mjs', '../../tools/bundle.mjs'],
    // Heavy clients load where a command first needs them; their types are imported as ever.
    checkDynamicDependenciesExceptions: ['.*'],
    depConstraints: constraints.map(([layer, below]) => ({
      sourceTag: `layer:${layer}`,
      onlyDependOnLibsWithTags: below.map((name) => `layer:${name}`),
    })),
  },
];

/** What a package imports is what its package.json names, no more and no less, but for what is bundled into it. */
const dependencies = (bundled) => [
  'error',
  {
    // The sandbox reads the APIs' definitions out of these packages, by path.
    // Of lru-cache another version, of a tool's, lies at the top, which is the one that is looked at.
    ignoredDependencies: ['@google-cloud/container', '@google-cloud/cloudbuild', 'lru-cache', ...bundled],
    ignoredFiles: [
      '{projectRoot}/**/*.test.ts',
      '{projectRoot}/**/testing.ts',
      '{projectRoot}/**/testing/**',
      '{projectRoot}/**/__fixtures__/**',
      '{projectRoot}/vite*.mjs',
      '{projectRoot}/bundle.mjs',
      // Bundled when the page is built, or used by its tests alone.
      '{projectRoot}/web/**',
      '{projectRoot}/e2e/**',
    ],
  },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/node_modules/**', '**/__fixtures__/**', '.nx/**', '_results/**'] },
  {
    files: ['**/*.{ts,tsx,mjs,js}'],
    extends: [js.configs.recommended, ...tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(layers),
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always'],
    },
  },
  {
    // Libraries take their surroundings as options; only the edges hold the process.
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/bin.ts', '**/*.test.ts'],
    rules: { 'no-console': 'error', 'no-restricted-globals': ['error', 'process'] },
  },
  {
    // The format is read and written wherever JavaScript runs; its command line needs Node.
    files: ['packages/junit/src/*.ts'],
    ignores: ['**/bin.ts', '**/commands.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'Put what needs Node below src/commands.' }] },
      ],
    },
  },
  {
    // Clients are tested against the sandbox, which shares nothing with them.
    files: ['**/*.test.ts', '**/src/testing/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(layers.map(([layer, below]) => [layer, [...below, 'sandbox']])),
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: globals.node,
    },
  },
  {
    files: ['packages/*/package.json', 'apps/*/package.json'],
    languageOptions: { parser: jsonc },
    plugins: { '@nx': nx },
    rules: { '@nx/dependency-checks': dependencies([]) },
  },
  {
    files: ['packages/cli/package.json'],
    rules: { '@nx/dependency-checks': dependencies(['commander', 'safe-stable-stringify']) },
  },
  {
    files: ['packages/sandbox/package.json'],
    rules: { '@nx/dependency-checks': dependencies(['hono', '@hono/node-server', 'ws']) },
  },
);
