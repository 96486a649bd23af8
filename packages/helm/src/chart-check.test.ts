import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageChart } from './chart-archive.js';
import type { HelmError } from './errors.js';
import { findWorkspaceHelm } from './workspace-copy.js';

const run = promisify(execFile);
const helms = await Promise.all(
  ([4, 3] as const).map(async (major) => ({ major, path: await findWorkspaceHelm({ major }).catch(() => undefined) })),
);

let folder: string;
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;
const head = 'apiVersion: v2\nname: demo\nversion: 0.1.0\n';
const old = head.replace('v2', 'v1');
const sub: Files = { 'charts/s/Chart.yaml': 'apiVersion: v2\nname: s\nversion: 1.0.0\n' };
const needs = (fields: string) => `${head}dependencies:\n- {name: s, version: 1.0.0, ${fields}}\n`;

async function makeChart(files: Files): Promise<string> {
  const dir = join(folder, `chart-${(made += 1)}`, 'demo');
  for (const [path, text] of Object.entries({ 'Chart.yaml': head, ...files })) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

/** What is said, after the chart's folder; `undefined` when it is packed. */
async function refusal(dir: string): Promise<string | undefined> {
  return packageChart(dir, join(dir, '..', 'ours')).then(
    () => undefined,
    ({ code, message }: HelmError) => `${code} ${message.replaceAll(`${dir}/`, '')}`,
  );
}

async function isPackedByHelm(helm: string, dir: string): Promise<boolean> {
  const env = { HOME: folder };
  return run(helm, ['package', dir, '--destination', join(dir, '..', 'theirs')], { env }).then(
    () => true,
    () => false,
  );
}

/** By what is wrong: the chart's files, and what is said of them. */
const refused: Readonly<Record<string, readonly [files: Files, says: string]>> = {
  'values that are a list': [{ 'values.yaml': '# c\n- a\n' }, 'values.yaml:2: expected a map'],
  'values that are a text': [{ 'values.yaml': 'hello\n' }, 'values.yaml:1: expected a map'],
  'values that are no YAML': [{ 'values.yaml': 'a: 1\nb: [1\n' }, 'values.yaml:3: not valid YAML'],
  'values with an anchor that is missing': [{ 'values.yaml': 'a: *x\n' }, 'values.yaml:1: helm cannot read no anchor'],
  'values that hold themselves': [{ 'values.yaml': 'a: &b [*b]\n' }, 'values.yaml:1: helm cannot read *b in what it'],
  'a key that is a map': [{ 'values.yaml': '{a: b}: c\n' }, 'values.yaml:1: helm cannot read a key that is not a text'],
  'a key that is nothing': [{ 'values.yaml': '~: c\n' }, 'values.yaml:1: helm cannot read a key that is not a text'],
  'a number that JSON lacks': [{ 'values.yaml': 'a: .nan\n' }, 'values.yaml:1: helm cannot read .nan, which is no'],
  'a merge of no map': [{ 'values.yaml': 'a: &a 1\nb: {<<: *a}\n' }, 'values.yaml:2: helm cannot read << merges'],
  'a directive': [{ 'values.yaml': '%YAML 1.2\n---\na: b\n' }, 'values.yaml:1: helm cannot read a directive'],
  'a control character': [
    { 'values.yaml': 'a: b\nc: \u0001\n' },
    'values.yaml:2: helm cannot read the character U+0001',
  ],
  'a line separator': [{ 'values.yaml': 'a: \u2028b\n' }, 'values.yaml:1: helm cannot read a line separator'],
  'half a character': [{ 'values.yaml': 'a: "\\ud800"\n' }, 'values.yaml:1: helm cannot read half a character'],
  'a value that is not of its tag': [{ 'values.yaml': 'a: !!int x\n' }, 'values.yaml:1: helm cannot read "x" under'],
  'a binary value that is none': [{ 'values.yaml': 'a: !!binary "%"\n' }, 'values.yaml:1: helm cannot read a binary'],
  'a lock that is a list': [{ 'Chart.lock': '- a\n' }, 'Chart.lock:1: expected a map'],
  'a lock with a time that is none': [{ 'Chart.lock': 'generated: today\n' }, 'Chart.lock:1: generated is not a time'],
  'a lock with names that are lists': [
    { 'Chart.lock': 'dependencies:\n- name: [1]\n' },
    'Chart.lock:2: dependencies[0].name is not a text',
  ],
  'a lock of the old name': [{ 'requirements.lock': '- a\n' }, 'requirements.lock:1: expected a map'],
  'a schema that is no JSON': [{ 'values.schema.json': 'a: b' }, 'values.schema.json: not JSON: '],
  'an empty schema': [{ 'values.schema.json': '' }, 'values.schema.json: not JSON: '],
  'values of a subchart': [{ ...sub, 'charts/s/values.yaml': '- a\n' }, 'charts/s/values.yaml:1: expected a map'],
  'a schema of a subchart': [{ ...sub, 'charts/s/values.schema.json': 'x' }, 'charts/s/values.schema.json: not JSON'],
  'a subchart that is no archive': [{ 'charts/s.tgz': 'x' }, 'charts/s.tgz is not a packaged chart'],
  'a chart that .helmignore leaves out': [{ '.helmignore': '*.yaml\n' }, '.helmignore leaves out Chart.yaml'],
  'an alias with a dot': [
    { 'Chart.yaml': needs('alias: a.b'), ...sub },
    'Chart.yaml:4: the alias "a.b" of the dependency s may hold letters, digits, "-" and "_" only',
  ],
  'an alias that is a list': [
    { 'Chart.yaml': needs('alias: [a]'), ...sub },
    'Chart.yaml:5: dependencies[0].alias is not a text',
  ],
  'two dependencies of one name': [
    { 'Chart.yaml': `${needs('alias: ""')}- {name: s, version: 2.0.0}\n`, ...sub },
    'Chart.yaml:4: two dependencies have the name or alias "s"',
  ],
  'a dependency that is nothing': [
    { 'Chart.yaml': `${head}dependencies: [~]\n` },
    'Chart.yaml:4: dependencies[0] is not an item',
  ],
  'an alias in requirements.yaml': [
    { 'Chart.yaml': old, 'requirements.yaml': 'dependencies:\n- {name: s, version: 1.0.0, alias: a.b}\n', ...sub },
    'requirements.yaml:1: the alias "a.b" of the dependency s may hold',
  ],
  'a missing dependency of requirements.yaml': [
    { 'requirements.yaml': 'dependencies:\n- {name: s, version: 1.0.0}\n' },
    'found in requirements.yaml, but missing in charts/: s',
  ],
  'another name in requirements.yaml': [
    { 'requirements.yaml': 'name: a/b\n' },
    'requirements.yaml:1: name does not belong here',
  ],
  'a version with a blank': [
    { 'Chart.yaml': head.replace('0.1.0', '" 0.1.0"') },
    'Chart.yaml:3: version " 0.1.0" is not a semantic version',
  ],
  'a version that is none': [{ 'Chart.yaml': head.replace('0.1.0', 'x') }, 'Chart.yaml:3: version "x" is not a'],
  'a type that is none': [{ 'Chart.yaml': `${head}type: plugin\n` }, 'Chart.yaml:4: type is neither application nor'],
  'a type that is a list': [{ 'Chart.yaml': `${head}type: [a]\n` }, 'Chart.yaml:4: type is not a text'],
  'a name with a folder': [{ 'Chart.yaml': head.replace('demo', 'a/b') }, 'Chart.yaml:2: name "a/b" is not a plain'],
  'keywords that are a text': [{ 'Chart.yaml': `${head}keywords: a\n` }, 'Chart.yaml:4: keywords is not a list'],
  'maintainers that are texts': [
    { 'Chart.yaml': `${head}maintainers: [a]\n` },
    'Chart.yaml:4: maintainers[0] is not a map',
  ],
  'a flag that is a text': [{ 'Chart.yaml': `${head}deprecated: "yes"\n` }, 'Chart.yaml:4: deprecated is not true or'],
  'annotations that are maps': [
    { 'Chart.yaml': `${head}annotations:\n  a: {b: c}\n` },
    'Chart.yaml:5: annotations.a is not a text',
  ],
};

/** What is odd and right: helm packs it, and so do we. */
const taken: Readonly<Record<string, Files>> = {
  'values that are empty': { 'values.yaml': '# none\n' },
  'values that are null': { 'values.yaml': '~\n' },
  'values with a repeated key': { 'values.yaml': 'a: 1\na: 2\n' },
  'values in two documents': { 'values.yaml': 'a: 1\n---\nb: 1\n' },
  'values with a merge, numbers as keys and a byte order mark': {
    'values.yaml': '\uFEFFa: &a {1: x}\nb: {<<: *a, 2: y}\nc: 2001-01-01\n',
  },
  'an empty lock': { 'Chart.lock': '' },
  'a lock with a time': { 'Chart.lock': 'generated: "2026-01-02T03:04:05.123456789+01:00"\ndigest: 1\nmore: x\n' },
  'a schema with a byte order mark': { 'values.schema.json': '\uFEFF{}' },
  'an alias of letters, digits and lines': { 'Chart.yaml': needs('alias: a_B-1'), ...sub },
  'one chart under two names': { 'Chart.yaml': `${needs('alias: t')}- {name: s, version: 1.0.0}\n`, ...sub },
  'fields of other types, and unknown ones': {
    'Chart.yaml': `${head}appVersion: 1.10\ndeprecated: yes\nkeywords: [1, true]\nannotations: {a: 1}\nmore: {a: b}\n`,
  },
};

describe('what packageChart refuses, as helm does', () => {
  it.each(Object.entries(refused))('%s', async (_what, [files, says]) => {
    expect(await refusal(await makeChart(files))).toContain(`INVALID_CHART `);
    expect(await refusal(await makeChart(files))).toContain(says);
  });

  it.each(Object.entries(taken))('and what it takes: %s', async (_what, files) => {
    expect(await refusal(await makeChart(files))).toBeUndefined();
  });

  for (const { major, path: helm } of helms) {
    const title = `is what helm ${major} refuses and takes`;
    if (helm === undefined) {
      console.warn(`skipped: no helm ${major} for this machine`);
      it.skip(`${title} (SKIPPED: no helm ${major} for this machine)`, () => undefined);
      continue;
    }
    it(
      title,
      async () => {
        const charts = [
          ...Object.entries(refused).map(([what, [files]]) => ({ what, files, packed: false })),
          ...Object.entries(taken).map(([what, files]) => ({ what, files, packed: true })),
        ];
        const asked = await inTwos(charts, async ({ what, files, packed }) => {
          return (await isPackedByHelm(helm, await makeChart(files))) === packed ? [] : [what];
        });
        expect(asked.flat()).toEqual([]);
      },
      60_000,
    );
  }

  const [{ path: helm } = { path: undefined }] = helms;
  it.skipIf(helm === undefined)(
    'holds for any value of any field',
    async () => {
      const value = fc.constantFrom(
        ...['x', '1', '1.5', 'true', 'yes', 'y', '~', '""', '"a b"', 'ä', '2001-01-01', '.inf', '*x', '&x a', '-'],
        ...['[]', '[a]', '[1]', '[~]', '[[a]]', '[{}]', '[{name: a}]', '[{name: [a]}]', '[{child: a, parent: b}]'],
        ...['{}', '{a: b}', '{a: 1}', '{a: {b: c}}', '{a: ~}', '{[a]: b}', '!!str 5', '!!int a', '!foo x', '@a', '%a'],
      );
      const field = fc.constantFrom(
        ...['type', 'description', 'home', 'icon', 'condition', 'tags', 'appVersion', 'kubeVersion', 'deprecated'],
        ...['sources', 'keywords', 'annotations', 'maintainers', 'dependencies', 'more', 'Keywords'],
      );
      const part = fc.constantFrom('repository', 'condition', 'alias', 'tags', 'enabled', 'import-values');
      const locked = fc.constantFrom('generated', 'digest', 'dependencies', 'more');
      const chart: fc.Arbitrary<Files> = fc.oneof(
        fc.tuple(field, value).map(([key, text]) => ({ 'Chart.yaml': `${head}${key}: ${text}\n` })),
        fc.tuple(part, value).map(([key, text]) => ({ 'Chart.yaml': needs(`${key}: ${text}`), ...sub })),
        fc.tuple(locked, value).map(([key, text]) => ({ 'Chart.lock': `${key}: ${text}\n` })),
        value.map((text) => ({ 'values.yaml': `${text}\n` })),
        value.map((text) => ({ 'values.yaml': `a: ${text}\n` })),
      );
      await fc.assert(
        fc.asyncProperty(chart, async (files) => {
          const dir = await makeChart(files);
          const [ours, theirs] = await Promise.all([refusal(dir), isPackedByHelm(helm ?? '', dir)]);
          // Stricter is fine where helm guesses; laxer never is.
          if (ours === undefined) expect(theirs).toBe(true);
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});

/** As many at a time as are quick on a small machine. */
async function inTwos<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 2) results.push(...(await Promise.all(items.slice(at, at + 2).map(work))));
  return results;
}
