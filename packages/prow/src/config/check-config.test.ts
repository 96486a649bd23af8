import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkProwConfig } from './check-config.js';
import { ConfigError, loadProwConfig } from './load-config.js';
import { formatFinding } from './problem.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function put(files: Readonly<Record<string, string | Buffer>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}
const check = (...jobConfigPaths: readonly string[]) => checkProwConfig({ cwd, jobConfigPaths });
async function found(text: string): Promise<readonly string[]> {
  await put({ 'j.yaml': text });
  return (await check('j.yaml')).problems.map((problem) => formatFinding(problem).replace(/ \(job .*/, ''));
}
async function foundIn(job: object, main?: object): Promise<readonly string[]> {
  await put({ 'j.yaml': stringify({ presubmits: { 'acme/widgets': [{ ...base, ...job }] } }) });
  if (main !== undefined) await put({ 'config.yaml': stringify(main) });
  const configPath = main === undefined ? undefined : 'config.yaml';
  return (await checkProwConfig({ cwd, configPath, jobConfigPaths: ['j.yaml'] })).problems.map(({ code }) => code);
}

const base = { name: 'x', spec: { containers: [{ image: 'i', command: ['make'] }] } };
const periodic = (name: string, more = '') =>
  `periodics:\n- name: ${name}\n  interval: 1h\n  decorate: true\n${more}  spec: {containers: [{image: i, command: [make]}]}\n`;
const complete = {
  utility_images: { clonerefs: 'a', initupload: 'b', entrypoint: 'c', sidecar: 'd' },
  gcs_configuration: { bucket: 'gs://ci-logs', path_strategy: 'explicit' },
};
const withSpec = (change: object) => ({ spec: { ...base.spec, ...change } });
const decorated = (change: object) => ({ decorate: true, decoration_config: { ...complete, ...change } });

describe(checkProwConfig, () => {
  it.each<[what: string, job: object, codes: readonly string[]]>([
    ['a name with a slash', { name: 'a/b' }, ['NAME']],
    ['no name, which leaves no context either', { name: undefined }, ['NAME', 'REPORT']],
    ['negative concurrency', { max_concurrency: -1 }, ['CONCURRENCY']],
    ['the first of several checks only', { name: 'a/b', max_concurrency: -1 }, ['NAME']],
    ['a check of each of the other groups', { max_concurrency: -1, trigger: '/go' }, ['CONCURRENCY', 'TRIGGER']],
    ['a pod for Jenkins', { agent: 'jenkins' }, ['AGENT']],
    ['Jenkins, folder and no pod', { agent: 'jenkins', name: 'a/b', spec: undefined }, []],
    ['an unknown agent', { agent: 'other' }, []],
    ['no pod', { spec: undefined }, ['AGENT']],
    ['Tekton without a pipeline', { agent: 'tekton-pipeline', spec: undefined }, ['AGENT']],
    ['a pipeline without Tekton', { pipeline_run_spec: {} }, ['AGENT']],
    ['an init container', withSpec({ initContainers: [{ name: 'i' }] }), ['POD-INIT']],
    ['a sidecar', withSpec({ initContainers: [{ name: 'i', restartPolicy: 'Always' }] }), []],
    ['no container', withSpec({ containers: [] }), ['POD-COUNT']],
    ['a reserved volume', withSpec({ volumes: [{ name: 'logs' }] }), ['VOLUME']],
    ['a volume twice', withSpec({ volumes: [{ name: 'v' }, { name: 'v' }] }), ['VOLUME']],
    [
      'a mount of nothing at a path of Prow',
      withSpec({ containers: [{ image: 'i', command: ['m'], volumeMounts: [{ name: 'v', mountPath: '/logs' }] }] }),
      ['MOUNT', 'MOUNT'],
    ],
    ['a duration of days', decorated({ timeout: '1d' }), ['FILE']],
    ['a duration over 64 bits', decorated({ timeout: '9999999h' }), ['FILE']],
    ['a path strategy of nobody', decorated({ gcs_configuration: { path_strategy: 'odd' } }), ['DECORATION']],
    ['branches that only make a pattern together', { branches: ['(a', 'b)'] }, []],
    ['branches that make none', { branches: ['(a', 'b'] }, ['REGEX']],
    ['a bucket of one letter', decorated({ gcs_configuration: { bucket: 's3://b', path_strategy: 'explicit' } }), []],
    ['a reserved label', { labels: { 'prow.k8s.io/id': 'x' } }, ['LABEL']],
    ['a label value with a slash', { labels: { a: 'b/c' } }, ['LABEL']],
    ['an annotation key with a space', { annotations: { 'a b': 'c' } }, ['ANNOTATION']],
    ['anyone and somebody', { rerun_auth_config: { allow_anyone: true, github_users: ['a'] } }, ['RERUN-AUTH']],
    ['a broken clone_uri', { clone_uri: ':x' }, ['CLONE-URI']],
    [
      'a broken clone_uri of a ref',
      { clone_uri: 'https://x', extra_refs: [{ org: 'a', repo: 'b', clone_uri: ':x' }] },
      ['CLONE-URI'],
    ],
    ['nothing to run under decoration', { decorate: true, spec: { containers: [{ image: 'i' }] } }, ['DECORATION']],
    ['both change patterns', { run_if_changed: 'a', skip_if_only_changed: 'b' }, ['RUN-MODE']],
    ['always and by changes', { always_run: true, run_if_changed: 'a' }, ['RUN-MODE']],
    ['a trigger that misses', { trigger: '^/a$', rerun_command: '/b' }, ['TRIGGER']],
    ['Gerrit without reports', { skip_report: true, labels: { 'prow.k8s.io/gerrit-report-label': 'a' } }, ['REPORT']],
  ])('judges %s', async (_what, job, codes) => {
    expect([...(await foundIn(job))].sort()).toEqual([...codes].sort());
  });

  it.each<[what: string, job: object, codes: readonly string[]]>([
    ['a namespace of its own', { namespace: 'x' }, ['AGENT']],
    ['a queue that there is', { job_queue_name: 'q' }, []],
    ['a queue that there is not', { job_queue_name: 'r' }, ['QUEUE']],
    ['a decoration without images', { decorate: true }, ['DECORATION']],
    ['a whole decoration', decorated({}), []],
    ['two ways to clone', decorated({ ssh_key_secrets: ['s'], oauth_token_secret: { name: 'o' } }), ['DECORATION']],
    [
      'a strategy without defaults',
      decorated({ gcs_configuration: { bucket: 'b1', path_strategy: 'single' } }),
      ['DECORATION'],
    ],
    ['an unknown strategy', decorated({ gcs_configuration: { bucket: 'b1', path_strategy: 'x' } }), ['DECORATION']],
    [
      'SSH with an OAuth token',
      { ...decorated({ oauth_token_secret: { name: 'o' } }), clone_uri: 'git@a.example:b' },
      ['CLONE-URI'],
    ],
  ])('judges by the main config %s', async (_what, job, codes) => {
    expect(await foundIn(job, { pod_namespace: 'test-pods', plank: { job_queue_capacities: { q: 1 } } })).toEqual(
      codes,
    );
  });

  it('merges default decorations, and refuses both forms of them', async () => {
    const entries = { default_decoration_config_entries: [{ repo: 'acme', config: complete }] };
    expect(await foundIn({ decorate: true }, { plank: entries })).toEqual([]);
    const map = { default_decoration_configs: { '*': complete } };
    expect(await foundIn({ decorate: true }, { plank: map })).toEqual([]);
    expect(await foundIn({ decorate: true }, { plank: { ...entries, ...map } })).toEqual(['DECORATION']);
  });

  it('honours decorate_all_jobs in the main config only', async () => {
    expect(await foundIn({}, { decorate_all_jobs: true })).toEqual(['DECORATION']);
    await put({ 'j.yaml': `decorate_all_jobs: true\n${stringify({ presubmits: { 'a/b': [base] } })}` });
    expect((await check('j.yaml')).config?.jobs[0]?.job.decorate).toBe(false);
  });

  it.each([
    ['a wrong type', 'periodics:\n- name: [a]\n', ['j.yaml:2:3: FILE: periodics[0].name is a list, not text']],
    ['a wrong root', '- a\n', ['j.yaml:1:1: FILE: the file is a list, not an object']],
    ['a field', periodic('a/b'), ['j.yaml:2:3: NAME: not a job name: "a/b"']],
    ['a label', periodic('a', '  labels:\n    ok: v\n    x y: v\n'), [`j.yaml:7:5: LABEL: not a label's key: "x y"`]],
    [
      'a field of an alias, where its anchor is',
      `prow_ignored:\n  l: &l\n    x y: v\n${periodic('a', '  labels: *l\n')}`,
      [`j.yaml:3:5: LABEL: not a label's key: "x y"`],
    ],
    [
      'a merged field',
      `prow_ignored:\n- &m\n  max_concurrency: -1\n${periodic('a', '  <<: *m\n')}`,
      ['j.yaml:3:3: CONCURRENCY: max_concurrency is -1, below 0'],
    ],
    [
      'a field merged from a list',
      `prow_ignored:\n- &m {max_concurrency: -1}\n- &n {cluster: b}\n${periodic('a', '  <<: [*n, *m]\n')}`,
      ['j.yaml:2:7: CONCURRENCY: max_concurrency is -1, below 0'],
    ],
  ])('tells the place of %s', async (_what, text, findings) => {
    expect(await found(text)).toEqual(findings);
  });

  it('reads files as Prow does: YAML 1.1, keys in any case, scalars as text, unknown keys passed over', async () => {
    const more = '  labels: {preset-go: yes, num: 1, f: 1.50}\n  hidden: on\n  MAX_concurrency: 2\n  colour: red\n';
    await put({ 'j.yaml': periodic('a', more) });
    const { config, warnings } = await check('j.yaml');
    expect(config?.jobs[0]?.job).toMatchObject({
      labels: { 'preset-go': 'true', num: '1', f: '1.5' },
      hidden: true,
      max_concurrency: 2,
    });
    expect(warnings.map(formatFinding)).toEqual(['j.yaml:8:3: warning: unknown-fields: unknown field colour']);
  });

  it('warns of what Prow passes over: keys that stand twice, further documents', async () => {
    await put({ 'j.yaml': `${periodic('a', '  cluster: b\n  cluster: c\n')}---\nperiodics: 1\n` });
    const { config, warnings } = await check('j.yaml');
    expect(config?.jobs.map(({ job }) => job.cluster)).toEqual(['c']);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('twice'),
      expect.stringContaining('second document'),
    ]);
  });

  const bomb = [
    'a: &a [x, x]',
    ...Array.from(
      { length: 30 },
      (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]`,
    ),
  ];
  it.each([
    ['an alias bomb', bomb.map((line) => `${line}\n`).join('')],
    ['an anchor that holds itself', 'prow_ignored: &a [*a, *a]\n'],
    ['deep nesting', `prow_ignored: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`],
    ['half a document', 'periodics: [\n'],
    ['an alias of nothing', 'periodics: *a\n'],
  ])('refuses %s', async (_what, text) => {
    const findings = await found(text);
    expect(findings[0]).toMatch(/^j\.yaml:\d+:\d+: FILE: n(?:ot YAML|ested)/);
  });

  it('walks folders, leaves out ..data and what .prowignore names, and unpacks', async () => {
    await put({
      'jobs/a.yaml': periodic('a'),
      'jobs/deep/b.yml': gzipSync(periodic('b')),
      'jobs/..data/c.yaml': periodic('c'),
      'jobs/.prowignore': 'old/\n',
      'jobs/old/d.yaml': periodic('d'),
      'jobs/deep/.prowignore': 'e.*\n',
      'jobs/deep/e.yaml': periodic('e'),
      'jobs/README.md': '#',
    });
    const { config } = await check('jobs');
    expect(config?.jobs.map(({ job }) => job.name)).toEqual(['a', 'b']);
  });

  it('refuses two files of one name, and names both', async () => {
    await put({ 'jobs/a/x.yaml': periodic('a'), 'jobs/b/x.yaml': periodic('b') });
    const { problems } = await check('jobs');
    expect(problems.map(formatFinding)).toEqual([
      `jobs/b/x.yaml:1:1: FILE: a file of this name is there already: ${join('jobs', 'a', 'x.yaml')}`,
    ]);
  });

  it('tells what cannot be read', async () => {
    await put({ 'bad.gz.yaml': Buffer.from([0x1f, 0x8b, 1, 2]) });
    const { problems } = await check('bad.gz.yaml', 'missing.yaml');
    expect(problems.map(({ code, position }) => [code, position.file])).toEqual([
      ['FILE', 'bad.gz.yaml'],
      ['FILE', 'missing.yaml'],
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('tells of a file without permission', async () => {
    await put({ 'secret.yaml': periodic('a') });
    await chmod(join(cwd, 'secret.yaml'), 0);
    expect((await check('secret.yaml')).problems[0]?.message).toContain('cannot be read');
  });

  it('refuses two periodics of one name, and each further job of a repository under one context once', async () => {
    await put({ 'a.yaml': periodic('p'), 'b.yaml': periodic('p') });
    expect((await check('a.yaml', 'b.yaml')).problems.map(({ code, hint }) => [code, typeof hint])).toEqual([
      ['DUP-JOB', 'string'],
    ]);
    const jobs = ['a', 'b', 'c'].map((name) => ({ ...base, name, context: 'ci' }));
    await put({ 'j.yaml': stringify({ postsubmits: { 'acme/widgets': jobs } }) });
    expect((await check('j.yaml')).problems.map(({ code, job }) => [code, job])).toEqual([
      ['DUP-CONTEXT', 'b'],
      ['DUP-CONTEXT', 'c'],
    ]);
  });

  it('takes an item of nothing for a job without a name', async () => {
    const problems = await found('periodics: [~]\n');
    expect(problems.map((line) => line.split(': ')[1])).toEqual(['NAME', 'SCHEDULE']);
  });

  it('tells of a file that is no YAML in a few lines', async () => {
    expect((await found('{'.repeat(1_000) + ']'.repeat(1_000))).length).toBeLessThanOrEqual(20);
  });

  it('refuses a retry without an interval', async () => {
    expect(await found(periodic('a', '  retry: {attempts: 2}\n'))).toEqual([expect.stringContaining('SCHEDULE')]);
    expect(await found(periodic('a', '  retry: {attempts: 2, interval: 1m}\n'))).toEqual([]);
  });

  it('answers to any data with problems or a config', async () => {
    const shaped = fc.record(
      {
        presets: fc.array(fc.oneof(fc.jsonValue(), fc.record({ labels: fc.jsonValue(), env: fc.jsonValue() }))),
        presubmits: fc.dictionary(fc.string(), fc.array(fc.oneof(fc.jsonValue(), anyJob()))),
        postsubmits: fc.dictionary(fc.string(), fc.array(anyJob())),
        periodics: fc.array(fc.oneof(fc.jsonValue(), anyJob())),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), shaped), fc.boolean(), async (data, isMain) => {
        await put({ 'any.yaml': JSON.stringify(data) });
        const { problems, config } = await checkProwConfig(
          isMain ? { cwd, configPath: 'any.yaml' } : { cwd, jobConfigPaths: ['any.yaml'] },
        );
        expect(config === undefined).toBe(problems.length > 0);
        for (const { position } of problems) expect(position.line).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it('answers to any text with problems or a config', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'ab:-&*<[]{}"\'|>!%#\n ,?~0') }), async (text) => {
        await put({ 'any.yaml': text });
        const { problems, config } = await check('any.yaml');
        expect(config === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});

function anyJob() {
  const value = fc.oneof(fc.jsonValue(), fc.string());
  return fc.record(
    {
      name: value,
      agent: fc.constantFrom('kubernetes', 'jenkins', 'tekton-pipeline', 'x', 1),
      labels: fc.oneof(value, fc.dictionary(fc.string(), fc.string())),
      spec: fc.oneof(
        value,
        fc.record({ containers: fc.oneof(value, fc.array(fc.record({ env: value, command: value }))) }),
      ),
      branches: fc.oneof(value, fc.array(fc.string())),
      skip_branches: fc.array(fc.string()),
      trigger: fc.string(),
      rerun_command: fc.string(),
      run_if_changed: fc.string(),
      extra_refs: fc.oneof(value, fc.array(fc.record({ org: value, repo: value, clone_uri: value }))),
      clone_uri: value,
      decorate: fc.boolean(),
      decoration_config: value,
      interval: fc.string(),
      cron: fc.string(),
      retry: value,
    },
    { requiredKeys: [] },
  );
}

describe(loadProwConfig, () => {
  it('applies defaults and presets', async () => {
    await put({
      'config.yaml': 'pod_namespace: test-pods\npresets:\n- labels: {p: 1}\n  env: [{name: A, value: 1}]\n',
      'j.yaml': stringify({ presubmits: { 'acme/widgets': [{ ...base, labels: { p: '1' } }] } }),
    });
    const config = await loadProwConfig({ configPath: join(cwd, 'config.yaml'), jobConfigPath: join(cwd, 'j.yaml') });
    expect(config).toMatchObject({ podNamespace: 'test-pods', prowJobNamespace: 'default' });
    expect(config.jobs).toEqual([
      expect.objectContaining({
        type: 'presubmit',
        repo: 'acme/widgets',
        position: { file: join(cwd, 'j.yaml'), line: 3, column: 7 },
        job: expect.objectContaining({
          agent: 'kubernetes',
          cluster: 'default',
          namespace: 'test-pods',
          context: 'x',
          rerun_command: '/test x',
          spec: { containers: [{ image: 'i', command: ['make'], env: [{ name: 'A', value: '1' }] }] },
        }) as unknown,
      }),
    ]);
  });

  it('throws all problems at once', async () => {
    await put({ 'config.yaml': `periodics:\n${['a/b', 'c/d'].map((name) => periodic(name).slice(11)).join('')}` });
    const error = await loadProwConfig({ configPath: join(cwd, 'config.yaml') }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', problems: [{ code: 'NAME' }, { code: 'NAME' }] });
  });

  it('takes unknown fields, unless it is strict', async () => {
    await put({ 'config.yaml': periodic('a', '  colour: red\n').replace('  decorate: true\n', '') });
    const options = { configPath: join(cwd, 'config.yaml') };
    expect((await loadProwConfig(options)).jobs).toHaveLength(1);
    await expect(loadProwConfig({ ...options, strict: true })).rejects.toThrow('unknown field colour');
  });
});
