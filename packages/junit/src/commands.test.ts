import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand, systemClock } from '@seatrial/cli';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, createCommand, type ReportStore } from './commands.js';
import { parseReport } from './report-reader.js';

const pass = '<testsuite name="s"><testcase name="c"/></testsuite>';
const fail = '<testsuite name="s"><testcase name="d"><failure message="no"/></testcase></testsuite>';

let cwd = '';
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'junit-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function put(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

async function* piecesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

async function run(argv: readonly string[], program = command) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const io = {
    env: { PATH: process.env['PATH'] },
    cwd,
    stdin: new PassThrough(),
    stdout,
    stderr,
    signal,
    clock: systemClock,
  };
  const code = await runCommand(program, argv, io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('seatrial-junit summary', () => {
  it('shows each report of a folder and what failed', async () => {
    await put({ 'r/junit_a.xml': pass, 'r/deep/junit_b.xml': fail, 'r/pom.xml': '<project/>' });
    expect(await run(['summary', 'r'])).toEqual({
      code: 1,
      out: `report            tests  failures  errors  skipped
deep/junit_b.xml      1         1       0        0
junit_a.xml           1         0       0        0

failed: 2 tests, 1 failures, 0 errors, 0 skipped
  deep/junit_b.xml: s.d: no
`,
      err: '',
    });
  });

  it('prints the whole verdict as JSON', async () => {
    await put({ 'junit.xml': pass });
    const { code, out } = await run(['summary', '--json', 'junit.xml']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ passed: true, verdict: { tests: 1 }, problems: [] });
  });

  it('takes patterns', async () => {
    await put({ 'a/x.xml': pass, 'b/y.xml': pass });
    expect((await run(['summary', '*/*.xml'])).out).toContain('passed: 2 tests');
  });

  it.each(['gone.xml', 'gone/*.xml'])('fails where %s is nothing', async (place) => {
    const { code, err } = await run(['summary', place]);
    expect(code).toBe(1);
    expect(err).toContain(`error: cannot read ${place}: there is no such file or folder, and no file matches`);
  });
});

describe('seatrial-junit check', () => {
  it('passes with exactly what is expected', async () => {
    await put({ 'r/junit_a.xml': pass, 'r/other.xml': pass });
    expect(await run(['check', '--expect', 'junit_a.xml,other.xml', 'r'])).toMatchObject({ code: 0, err: '' });
  });

  it('names what keeps it from passing', async () => {
    await put({
      'r/junit_a.xml': fail,
      'r/junit_b.xml': '',
      'r/junit_c.xml': Buffer.from([0x3c, 0xff]),
      'r/junit_d.xml': pass,
    });
    const { code, out } = await run(['check', '--expect', 'junit_a.xml,junit_b.xml,junit_c.xml,junit_e.xml', 'r']);
    expect(code).toBe(1);
    expect(out).toBe(`failed: 2 tests, 1 failures, 0 errors, 0 skipped
  junit_a.xml: s.d: no
missing: junit_e.xml: expected, but not there
empty: junit_b.xml: the file is empty
unparseable: junit_c.xml: not a JUnit report: after line 1, column 1: not valid UTF-8
unexpected: junit_d.xml: there, but not expected
`);
  });

  it('fails for a folder without reports', async () => {
    await put({ 'r/readme.txt': '' });
    expect(await run(['check', 'r'])).toMatchObject({ code: 1, out: expect.stringContaining('no report at all') });
  });

  it('refuses object stores without one at hand', async () => {
    const { code, err } = await run(['check', 'gs://ci-logs/run']);
    expect(code).toBe(2);
    expect(err).toContain('hint: Use `seatrial junit`');
  });

  it('reads from the object store that was mounted', async () => {
    const objects = new Map([
      ['gs://b/run/artifacts/junit_a.xml', pass],
      ['gs://b/run/artifacts/deep/junit_b.xml', pass],
      ['gs://b/run2/junit_c.xml', fail],
    ]);
    const store: ReportStore = {
      readStream: async (uri) => piecesOf(objects.get(uri) ?? ''),
      async *list(prefix) {
        for (const uri of objects.keys()) if (uri.startsWith(prefix)) yield { uri };
      },
      write: async (uri, xml) => objects.set(uri, xml),
    };
    const program = createCommand({ openStore: async () => store });
    const expected = ['--expect', 'artifacts/junit_a.xml,artifacts/deep/junit_b.xml'];
    expect(await run(['check', ...expected, 'gs://b/run'], program)).toMatchObject({ code: 0 });
    expect(await run(['summary', 'gs://b/run/**/junit_{a,b}.xml'], program)).toMatchObject({
      code: 0,
      out: expect.stringContaining('artifacts/deep/junit_b.xml'),
    });
    expect(await run(['summary', 'gs://b/*/nothing.xml'], program)).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot read gs://b/*/nothing.xml: there is no such object'),
    });
    expect(
      await run(['merge', '-o', 'gs://b/all.xml', 'gs://b/run', 'gs://b/run2/junit_c.xml'], program),
    ).toMatchObject({
      code: 0,
      err: '',
    });
    expect(parseReport(objects.get('gs://b/all.xml') ?? '').suites).toHaveLength(3);
  });
});

describe('seatrial-junit merge', () => {
  it('writes one report of many', async () => {
    await put({ 'a.xml': pass, 'b.xml': fail });
    expect(await run(['merge', '-o', 'out/all.xml', 'a.xml', 'b.xml'])).toMatchObject({ code: 0, out: '' });
    const merged = parseReport(await readFile(join(cwd, 'out/all.xml'), 'utf8'));
    expect(merged.suites.flatMap(({ cases }) => cases.map(({ name }) => name))).toEqual(['c', 'd']);
    expect(await readdir(join(cwd, 'out'))).toEqual(['all.xml']);
  });

  it('prints it without a file', async () => {
    await put({ 'a.xml': pass });
    expect((await run(['merge', 'a.xml'])).out).toMatch(/^<\?xml/);
  });

  it('writes nothing when one cannot be read', async () => {
    await put({ 'a.xml': pass, 'b.xml': '<testsuite>' });
    const { code, err } = await run(['merge', '-o', 'all.xml', 'a.xml', 'b.xml']);
    expect(code).toBe(1);
    expect(err).toContain('error: b.xml: not a JUnit report: line 1, column 12');
    expect(await readdir(cwd)).toEqual(['a.xml', 'b.xml']);
  });
});

describe('seatrial-junit merge of reports as tools leave them', () => {
  it('shows cases that ran again as asked', async () => {
    await put({ 'a.xml': fail, 'b.xml': fail.replace('<failure message="no"/>', '') });
    const { code, out } = await run(['merge', '--flaky', 'properties', 'a.xml', 'b.xml']);
    expect(code).toBe(0);
    expect(parseReport(out).suites[1]?.cases).toMatchObject([
      { name: 'd', flaky: true, attempts: [{ message: 'no' }] },
    ]);
    expect(await run(['merge', '--flaky', 'both', 'a.xml'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('keep, duplicates, properties'),
    });
  });

  it('refuses control characters and bytes of no encoding, says how to mend them, and does', async () => {
    await put({
      'esc.xml': pass.replace('"s"', '"\u001b[31ms"'),
      'bytes.xml': Buffer.from(pass.replace('"s"', '"\xff"'), 'latin1'),
    });
    const refused = await run(['merge', 'esc.xml']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('error: esc.xml: not a JUnit report: line 1, column 19: disallowed character');
    expect(refused.err).toContain('hint: Leave control characters out');
    expect((await run(['merge', 'bytes.xml'])).err).toContain('bytes.xml: not valid UTF-8');
    const { code, out } = await run(['merge', '--repair', 'esc.xml', 'bytes.xml']);
    expect(code).toBe(0);
    expect(parseReport(out).suites.map(({ name }) => name)).toEqual(['\ufffd[31ms', '\ufffd']);
  });

  it('warns of what it leaves out', async () => {
    await put({ 'a.xml': '<testsuites name="a"/>', 'b.xml': '<testsuites name="b"/>' });
    expect((await run(['merge', 'a.xml', 'b.xml'])).err).toContain("the root's attribute name is left out");
  });

  it('fails for a folder without reports', async () => {
    await put({ 'r/pom.xml': '<project/>' });
    expect(await run(['merge', 'r'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no report in r'),
    });
  });
});

describe('seatrial-junit run', () => {
  const node = (script: string) => ['--', process.execPath, '-e', script];

  it('reports a command that passes and shows its output', async () => {
    const flags = ['run', '--name', 'lint', '--class-name', 'checks', '--junit_path', 'r/junit_lint.xml'];
    expect(await run([...flags, ...node('console.log("hi")')])).toMatchObject({ code: 0, out: 'hi\n' });
    expect(parseReport(await readFile(join(cwd, 'r/junit_lint.xml'), 'utf8'))).toMatchObject({
      suites: [
        { name: 'lint', timestamp: expect.any(String), cases: [{ name: 'lint', className: 'checks', problems: [] }] },
      ],
    });
  });

  it('reports a command that fails', async () => {
    const flags = ['run', '--name', 'lint', '--suite', 'checks', '--junit-path', 'junit.xml'];
    const { code, err } = await run([...flags, ...node('console.error("bad"); process.exit(4)')]);
    expect(code).toBe(1);
    expect(err).toContain('the command did not pass');
    expect(parseReport(await readFile(join(cwd, 'junit.xml'), 'utf8')).suites[0]).toMatchObject({
      name: 'checks',
      cases: [{ problems: [{ message: 'exited with code 4', text: 'bad' }] }],
    });
  });

  it('takes an earlier report away before it starts', async () => {
    await put({ 'junit.xml': pass });
    const script = 'process.exitCode = require("fs").existsSync("junit.xml") ? 9 : 0';
    expect(await run(['run', '--name', 'x', '--junit-path', 'junit.xml', ...node(script)])).toMatchObject({ code: 0 });
  });

  it('wants a command after --', async () => {
    const { code, err } = await run(['run', '--name', 'x', '--junit-path', 'junit.xml']);
    expect(code).toBe(2);
    expect(err).toContain('there is no command to run');
  });
});
