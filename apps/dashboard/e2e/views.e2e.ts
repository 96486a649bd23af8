import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, JOB, resultFolder, RUNS } from '../src/testing/fixtures.js';
import { generateHistory } from '../src/testing/history.js';
import { openPage, serve } from './page.js';

describe('Jobs', () => {
  it('shows each job with its last verdicts, and leads to grid and runs', async () => {
    const { url } = await serve();
    const { page } = await openPage(url);
    const row = page.getByRole('row', { name: /tf-job-operator-e2e/ }).first();
    await row.getByText('60%').waitFor();
    const strip = row.getByRole('list', { name: 'Runs of tf-job-operator-e2e' });
    const labels = await strip
      .getByRole('link')
      .evaluateAll((links) => links.map((one) => one.getAttribute('aria-label')));
    expect(labels.map((label) => label?.split(',')[0])).toEqual([
      'running',
      'aborted',
      'passed',
      'failed',
      'failed',
      'passed',
      'passed',
    ]);
    await page.getByRole('heading', { name: 'Presubmit jobs' }).waitFor();
    await page.getByRole('searchbox').fill('pull-');
    await expect.poll(() => page.getByRole('rowheader').allTextContents()).toEqual(['pull-tf-job-operator-e2e']);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('link', { name: 'tf-job-operator-e2e', exact: true }).click();
    await page.getByRole('grid').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/grid/${JOB}`);
    await page.goBack();
    await strip.getByRole('link').nth(3).click();
    await page.getByRole('heading', { name: /^failed tf-job-operator-e2e/ }).waitFor();
  });

  it('lists pull requests with their jobs', async () => {
    const { url } = await serve();
    const { page } = await openPage(url);
    await page.getByRole('link', { name: 'Pull requests' }).click();
    await page.getByRole('heading', { name: 'acme/tf-job-operator #7' }).waitFor();
    await page.getByRole('list', { name: /on #7/ }).getByRole('link').first().click();
    await page.getByRole('link', { name: '#7' }).first().waitFor();
    expect(await page.getByRole('link', { name: '#7' }).first().getAttribute('href')).toBe(
      'https://github.com/acme/tf-job-operator/pull/7',
    );
  });

  it('says how to begin where there is nothing', async () => {
    await using folder = await resultFolder();
    const { url } = await serve({ results: folder.uri });
    const { page } = await openPage(url);
    await page.getByText('There are no runs yet').waitFor();
  });
});

describe('Grid', () => {
  it('orders by flakiness, filters, tells the message, and opens the run at the test', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}grid/${JOB}`);
    await page.getByLabel('Order').selectOption('flaky');
    const names = page.locator('.grid-names bdi');
    await expect.poll(() => names.first().textContent()).toBe('helm test tf-job-operator.tf-job-operator-test');
    await page.getByRole('searchbox').fill('operator-test');
    await expect.poll(() => names.count()).toBe(1);
    const failed = page.getByRole('link', { name: /^failed, helm test/ });
    await failed.hover();
    await page.locator('.grid-message', { hasText: 'phase Failed' }).waitFor();
    await failed.click();
    await page.getByRole('tabpanel').getByText('connect ECONNREFUSED').first().waitFor();
    expect(new URL(page.url()).pathname).toBe(`/run/${RUNS.failedTest}`);
  });

  it('is walked by arrow keys, and opens a run by Enter', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}grid/${JOB}`);
    await page.getByRole('grid').waitFor();
    const active = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await page.locator('[data-cell="-1:0"]').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(active).toMatch(/^aborted, build/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toMatch(/^passed, seatrial\.clone/);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toMatch(/, build 2126689752882854946$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^passed/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/run/${RUNS.passed}`);
  });

  it('brings older runs while it is scrolled, and keeps only what is in view', async () => {
    await using folder = await resultFolder();
    const newestMs = Date.parse('2026-11-28T14:00:00Z');
    for (const { path, text } of generateHistory({ job: 'logs/nightly', runs: 130, tests: 60, newestMs })) {
      await folder.write(path, text);
    }
    const { url } = await serve({ results: folder.uri });
    const { page, requests } = await openPage(`${url}grid/logs/nightly`);
    const asked = () => requests.filter((address) => address.includes('/api/grid?')).length;
    await page.getByText('60 tests, 50 runs, more to the right').waitFor();
    const grid = page.locator('.grid');
    for (const [runs, pages] of [
      [100, 2],
      [130, 3],
    ]) {
      await grid.evaluate((element) => element.scrollTo({ left: element.scrollWidth }));
      await page.getByText(`60 tests, ${runs} runs`).waitFor();
      expect(asked()).toBe(pages);
    }
    await grid.evaluate((element) => element.scrollTo({ left: element.scrollWidth, top: element.scrollHeight }));
    await page.getByText('e2e.test 059 keeps its promise').first().waitFor();
    expect(await page.getByRole('gridcell').count()).toBeLessThan(1_500);
  });
});

describe('Run', () => {
  it('opens a failed run at its first failure', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedDeploy}`);
    const failure = page.getByRole('region', { name: 'First failure' });
    await failure.getByText('exit code 3').first().waitFor();
    await page
      .getByRole('button', { name: /^deploy ?: failed/, pressed: true })
      .first()
      .waitFor();
    expect(await page.getByLabel('Log of').inputValue()).toContain('logs/deploy.log');
    await page.getByRole('region', { name: /^Log / }).getByText('Error: context canceled').waitFor();
    expect(await page.title()).toMatch(/^failed: tf-job-operator-e2e/);
  });

  it('shows the graph with states, and the timeline with the critical path', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedDeploy}`);
    const graph = page.getByRole('region', { name: 'Task graph' });
    await graph.getByRole('button').first().waitFor();
    const nodes = await graph
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(nodes).toHaveLength(11);
    expect(nodes).toContainEqual(expect.stringMatching(/^helm-test: skipped/));
    const timeline = page.getByRole('region', { name: 'Timeline' });
    const critical = await timeline
      .getByRole('button', { name: /on the critical path/ })
      .evaluateAll((all) => all.map((one) => one.textContent?.split(':')[0]));
    expect(critical).toEqual(['clone', 'lint', 'deploy', 'collect', 'teardown', 'finalize']);
    await graph.getByRole('button', { name: /^build:/ }).click();
    expect(await page.getByLabel('Log of').inputValue()).toContain('logs/build.log');
    await page.keyboard.press(']');
    await expect.poll(() => page.getByLabel('Log of').inputValue()).toContain('logs/lint.log');
  });

  it('shows the attempts of a task as bars of their own, with the pause between', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const file = `${RUNS.failedDeploy}/artifacts/seatrial/tasks/deploy.json`;
    const deploy = JSON.parse(await readFile(join(FIXTURES, file), 'utf8')) as { startedMs: number; endedMs: number };
    const at = (part: number) => deploy.startedMs + (deploy.endedMs - deploy.startedMs) * part;
    const attemptHistory = [
      { startedMs: at(0), endedMs: at(0.25), outcome: 'failed', error: { name: 'Error', message: 'no answer' } },
      { startedMs: at(0.75), endedMs: at(1), outcome: 'failed' },
    ];
    await folder.write(file, JSON.stringify({ ...deploy, attempts: 2, attemptHistory }));
    const { url } = await serve({ results: folder.uri });
    const { page } = await openPage(`${url}run/${RUNS.failedDeploy}`);
    const row = page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: /^deploy ?:.*2 attempts/ });
    await row.waitFor();
    const boxes = await row
      .locator('.bar')
      .evaluateAll((bars) => bars.map((bar) => [bar.getBoundingClientRect().left, bar.getBoundingClientRect().right]));
    const [first = [], second = []] = boxes as number[][];
    expect(boxes).toHaveLength(2);
    // The pause took twice as long as either attempt.
    const [length, gap] = [(first[1] ?? 0) - (first[0] ?? 0), (second[0] ?? 0) - (first[1] ?? 0)];
    expect(gap / length).toBeGreaterThan(1.8);
    expect(gap / length).toBeLessThan(2.2);
    expect(await row.locator('.bar').first().getAttribute('title')).toMatch(/^attempt 1: failed after .*: no answer$/);
  });

  it('searches a log, links its lines, and keeps both in the address', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedDeploy}?file=build-log.txt`);
    await page.getByLabel('Search the log').fill('crashloop');
    await page.keyboard.press('Enter');
    await page.getByText(/^1 of \d+ lines?$/).waitFor();
    await page.locator('mark', { hasText: 'CrashLoop' }).first().waitFor();
    const number = page.locator('.is-match .line-number').first();
    const line = (await number.textContent()) ?? '';
    await number.click();
    expect(new URL(page.url()).searchParams.get('line')).toBe(line);
    await page.reload();
    await page.locator(`.is-chosen[data-line="${line}"]`).waitFor();
    await page.locator(`[data-line="${line}"]`).getByText('CrashLoopBackOff').waitFor();
  });

  it('shows what a failing test said, and its history', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedTest}?tab=tests`);
    await page.getByRole('tabpanel').getByText('test tf-job-operator-test: Failed').first().waitFor();
    const history = page.getByRole('list', { name: 'History of helm test tf-job-operator.tf-job-operator-test' });
    const states = () =>
      history
        .getByRole('link')
        .evaluateAll((links) => links.map((one) => one.getAttribute('aria-label')?.split(';')[0]));
    await expect.poll(states).toEqual(['missing', 'missing', 'passed', 'missing', 'failed', 'passed', 'passed']);
    await page.getByRole('button', { name: /\d+ passed/ }).click();
    await expect.poll(() => page.locator('.tests > li').count()).toBe(12);
  });

  it('shows artifacts as a tree, looks into them, and hands them out', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedDeploy}`);
    await page.getByRole('tab', { name: 'Artifacts' }).click();
    await page.getByRole('link', { name: 'junit_deploy.xml', exact: true }).click();
    await page
      .getByRole('region', { name: 'artifacts/junit_deploy.xml', exact: true })
      .getByText('<testsuites')
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download junit_deploy.xml' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('junit_deploy.xml');
  });

  it('shows what was tried, where, with what config', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.passedWithLargerNodes}?tab=facts`);
    const panel = page.getByRole('tabpanel');
    await panel.getByText('@sha256:').waitFor();
    await panel.getByText('seatrial-2126690352780069134', { exact: true }).waitFor();
    await panel.getByText('"machineType": "e2-standard-8"').waitFor();
    await panel.getByText('Node hours').waitFor();
  });

  it('says that there is no such run', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${JOB}/1`, { mayFail: true });
    await page.getByRole('alert').getByText('there is no run at').waitFor();
  });
});

describe('Compare', () => {
  it('shows what changed between a run and the one before', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedTest}`);
    await page.getByRole('link', { name: 'compare with the one before' }).click();
    await page.getByText(/^1 test changed/).waitFor();
    await page.getByRole('cell', { name: 'passed' }).first().waitFor();
    await page.getByRole('combobox', { name: /^After/ }).selectOption(RUNS.passedWithLargerNodes);
    await page.getByText('No test changed').waitFor();
    const config = page.getByRole('region', { name: 'Config' });
    await config.getByText('cluster.machineType').waitFor();
    await config.getByText('e2-standard-8').waitFor();
  });
});
