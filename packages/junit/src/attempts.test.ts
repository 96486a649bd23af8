import { describe, expect, it } from 'vitest';
import { arrangeAttempts, type AttemptStyle } from './attempts.js';
import { mergeReports } from './merge.js';
import { parseReport } from './report-reader.js';
import { readVerdict } from './verdict-reader.js';

const suite = (content: string, attributes = '') => `<testsuite name="s"${attributes}>${content}</testsuite>`;
const pass = suite('<testcase name="c" classname="k"/>');
const fail = (message: string) =>
  suite(`<testcase name="c" classname="k"><failure message="${message}" type="T">at x</failure>
    <system-out>out</system-out></testcase>`);

async function arrange(attempts: AttemptStyle, ...xmls: readonly string[]) {
  const inputs = xmls.map((xml, at) => ({ file: `${at}.xml`, xml }));
  const { xml } = await mergeReports(inputs, { attempts });
  const cases = parseReport(xml).suites.flatMap((one) => one.cases);
  return { xml, cases, verdict: await readVerdict(xml) };
}

const surefire = suite(
  `<testcase name="c" classname="k" time="2"><flakyFailure message="m" type="T" time="1"><stackTrace><![CDATA[at <x>]]></stackTrace>
  <system-out>first</system-out></flakyFailure><flakyError message="e">stack</flakyError><system-out>last</system-out></testcase>`,
  ' tests="1" failures="0"',
);

describe(arrangeAttempts, () => {
  it('leaves attempts as they are when asked to keep them', async () => {
    const { xml } = await arrange('keep', surefire, pass);
    expect(xml).toContain(surefire);
    expect(xml).toContain(pass);
  });

  it('makes a case of each attempt and counts again', async () => {
    const { xml, cases, verdict } = await arrange('duplicates', surefire);
    expect(cases).toEqual([
      {
        name: 'c',
        className: 'k',
        durationSeconds: 1,
        problems: [{ kind: 'failure', message: 'm', type: 'T', text: 'at <x>' }],
        systemOut: 'first',
      },
      { name: 'c', className: 'k', problems: [{ kind: 'error', message: 'e', text: 'stack' }] },
      { name: 'c', className: 'k', durationSeconds: 2, problems: [], systemOut: 'last' },
    ]);
    expect(xml).toContain('<testsuite name="s" tests="3" failures="1">');
    expect(verdict).toMatchObject({ tests: 3, failures: 1, errors: 1, disagreements: [] });
  });

  it('makes one case of several in several files, flaky when the last one passed', async () => {
    const { cases, verdict } = await arrange('properties', fail('one'), fail('two'), pass);
    expect(cases).toEqual([
      {
        name: 'c',
        className: 'k',
        problems: [],
        flaky: true,
        attempts: [
          { kind: 'failure', message: 'one', type: 'T', text: 'at x', systemOut: 'out' },
          { kind: 'failure', message: 'two', type: 'T', text: 'at x', systemOut: 'out' },
        ],
        properties: {
          attempts: '3',
          flaky: 'true',
          'attempt.1': 'failure: one',
          'attempt.2': 'failure: two',
          'attempt.3': 'passed',
        },
      },
    ]);
    expect(verdict).toMatchObject({ passed: true, tests: 1, flaky: 1 });
  });

  it('keeps a failure that came last, whatever was before', async () => {
    const { cases, verdict } = await arrange('properties', pass, fail('late'));
    expect(cases).toMatchObject([{ problems: [{ message: 'late' }], properties: { 'attempt.1': 'passed' } }]);
    expect(cases[0]).not.toHaveProperty('flaky');
    expect(verdict).toMatchObject({ passed: false, failures: 1, flaky: 0 });
  });

  it('does not let a skip cover a failure', async () => {
    const skip = suite('<testcase name="c" classname="k"><skipped/></testcase>');
    expect((await arrange('properties', fail('f'), skip)).verdict).toMatchObject({ tests: 1, failures: 1, skipped: 0 });
  });

  it("keeps a case's properties beside the new ones, and does the same again", async () => {
    const withProperty =
      suite(`<testcase name="c" classname="k"><properties><property name="id" value="7"/></properties>
      <rerunFailure message="again"/><failure message="first"/></testcase>`);
    const { xml, cases, verdict } = await arrange('properties', withProperty);
    expect(cases).toMatchObject([
      { properties: { id: '7', attempts: '2' }, attempts: [{ message: 'again' }], problems: [{ message: 'first' }] },
    ]);
    expect(verdict).toMatchObject({ passed: false, failures: 1 });
    expect((await arrange('properties', xml)).xml).toBe(xml);
  });

  it('turns folded attempts into duplicates', async () => {
    const { xml } = await arrange('properties', fail('one'), pass);
    expect((await arrange('duplicates', xml)).verdict).toMatchObject({ tests: 2, failures: 1 });
  });

  it('arranges as many attempts as there are', async () => {
    const many = suite('<testcase name="c"><flakyFailure/></testcase><testcase name="d"/>'.repeat(10_000));
    expect((await arrange('duplicates', many)).verdict).toMatchObject({ tests: 30_000, failures: 10_000 });
    expect((await arrange('properties', many)).verdict).toMatchObject({ tests: 2, failures: 0, flaky: 1 });
  });

  it('takes the line of a case that moves, and leaves those around it', async () => {
    const two = '<testcase name="c"><failure/></testcase>\n  <testcase name="d"/>\n  <testcase name="c"/>\n';
    expect((await arrange('properties', suite(`\n  ${two}`))).xml).toContain(
      '<testsuite name="s">\n  <testcase name="d"/>\n  <testcase name="c"><properties>',
    );
  });

  it.each([
    ['class', suite('<testcase name="c" classname="other"/>')],
    ['suite', pass.replace('"s"', '"other"')],
    ['suite around it', `<testsuite name="outer">${pass}</testsuite>`],
    ['name', suite('<testcase name="d" classname="k"/>')],
  ])('takes cases of another %s for others', async (_what, other) => {
    const { cases, verdict } = await arrange('properties', fail('f'), other);
    expect(verdict).toMatchObject({ passed: false, tests: 2 });
    expect(cases[0]).not.toHaveProperty('properties');
  });

  it('counts suites again around cases that moved, and no others', async () => {
    const outer = (content: string) => `<testsuite name="o" tests="9" errors="x">${content}</testsuite>`;
    const { xml } = await arrange('properties', outer(fail('f')), outer(pass), '<testsuite name="q" tests="5"/>');
    expect(xml).toContain(
      '<testsuite name="o" tests="0" errors="0"><testsuite name="s"></testsuite></testsuite>'.replace(
        '></testsuite></',
        '/></',
      ),
    );
    expect(xml).toContain('<testsuite name="o" tests="1" errors="0">');
    expect(xml).toContain('<testsuite name="q" tests="5"/>');
  });
});
