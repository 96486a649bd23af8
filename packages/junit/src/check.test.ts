import { describe, expect, it } from 'vitest';
import { checkReports, type ReportContent } from './check.js';
import { JunitError } from './errors.js';

const pass = '<testsuite name="s"><testcase name="c"/></testsuite>';
const fail = '<testsuite name="s"><testcase name="c"><failure message="no"/></testcase></testsuite>';

const check = (expected: readonly string[] | undefined, files: Record<string, string>) =>
  checkReports({ ...(expected === undefined ? {} : { expected }), files: new Map(Object.entries(files)) });

describe(checkReports, () => {
  it('passes when all that is expected is there and passes', async () => {
    expect(await check(['a.xml', 'b.xml'], { 'b.xml': pass, 'a.xml': pass })).toMatchObject({
      passed: true,
      problems: [],
      verdict: { passed: true, tests: 2 },
    });
  });

  it('names each problem with its file', async () => {
    const { passed, verdict, problems } = await check(['a.xml', 'b.xml', 'c.xml', 'd.xml', 'gone.xml'], {
      'a.xml': pass,
      'b.xml': ' \n',
      'c.xml': '<testsuite>',
      'd.xml': fail,
      'e.xml': pass,
    });
    expect(passed).toBe(false);
    expect(verdict).toMatchObject({ tests: 3, failed: [{ file: 'd.xml', suite: 's', name: 'c', message: 'no' }] });
    expect(problems).toEqual([
      { file: 'gone.xml', kind: 'missing', message: 'expected, but not there' },
      { file: 'b.xml', kind: 'empty', message: 'the file is empty' },
      { file: 'c.xml', kind: 'unparseable', message: expect.stringContaining('line 1, column 12') },
      { file: 'd.xml', kind: 'failing', message: '1 of 1 failed: s.c: no' },
      { file: 'e.xml', kind: 'unexpected', message: 'there, but not expected' },
    ]);
  });

  it('takes a report without cases for empty', async () => {
    expect((await check(undefined, { 'a.xml': '<testsuite tests="3"/>' })).problems).toEqual([
      { file: 'a.xml', kind: 'empty', message: 'the report has no test case' },
    ]);
  });

  it.each([
    ['failures', '<testsuites failures="2"><testsuite><testcase name="c"/></testsuite></testsuites>'],
    ['errors', '<testsuite errors="2"><testcase name="c"/></testsuite>'],
  ])('fails for %s that are only counted', async (_what, xml) => {
    const message = 'its attributes count 2 failed, which no case shows';
    expect((await check(undefined, { 'a.xml': xml })).problems).toEqual([{ file: 'a.xml', kind: 'failing', message }]);
  });

  it('does not pass without a file', async () => {
    expect(await check(undefined, {})).toMatchObject({ passed: false, problems: [{ kind: 'missing' }] });
    expect((await check([], {})).passed).toBe(false);
    expect(await check(['a.xml'], {})).toMatchObject({ passed: false, problems: [{ file: 'a.xml', kind: 'missing' }] });
  });

  it('takes what could not be read for unparseable', async () => {
    const files = new Map([['a.xml', new JunitError('TOO_LARGE', 'larger than 5 bytes')]]);
    expect((await checkReports({ files })).problems).toEqual([
      { file: 'a.xml', kind: 'unparseable', message: 'larger than 5 bytes' },
    ]);
  });

  it('reads files piece by piece and says what each one holds', async () => {
    async function* pieces() {
      for (const byte of new TextEncoder().encode(fail)) yield Uint8Array.of(byte);
    }
    async function* blank() {
      yield new Uint8Array([0x20, 0x0a]);
    }
    const files = new Map<string, ReportContent>([
      ['b.xml', pieces],
      ['a.xml', async () => blank()],
    ]);
    expect(await checkReports({ files })).toMatchObject({
      problems: [
        { file: 'a.xml', kind: 'empty', message: 'the file is empty' },
        { file: 'b.xml', kind: 'failing' },
      ],
      files: [{ file: 'a.xml' }, { file: 'b.xml', counts: { tests: 1, failures: 1, errors: 0, skipped: 0 } }],
    });
  });

  it('counts all that failed, of which it keeps some', async () => {
    const many = `<testsuite name="s">${'<testcase name="c"><error/></testcase>'.repeat(3)}</testsuite>`;
    const files = new Map([
      ['a.xml', many],
      ['b.xml', many],
    ]);
    const { verdict, problems } = await checkReports({ files }, { maxFailed: 2 });
    expect(verdict).toMatchObject({ errors: 6, moreFailed: 4, failed: [{ file: 'a.xml' }, { file: 'a.xml' }] });
    expect(problems[1]?.message).toBe('3 of 3 failed: s.c: error');
  });

  it('says how to mend a report with control characters', async () => {
    const { problems } = await check(undefined, { 'a.xml': '<testsuite name="\u001b[31m"/>' });
    expect(problems).toMatchObject([{ kind: 'unparseable', hint: expect.stringContaining('merge --repair') }]);
  });

  it('rejects with what opening a file rejects with', async () => {
    const gone = new Error('the store is gone');
    const files = new Map([['a.xml', () => Promise.reject(gone)]]);
    await expect(checkReports({ files })).rejects.toBe(gone);
  });
});
