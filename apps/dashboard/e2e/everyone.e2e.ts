import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { resultFolder, RUNS } from '../src/testing/fixtures.js';
import { openPage, PHONE, serve } from './page.js';
import { VIEWS } from './views.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds that is serious or critical. It is put in past the page's policy, which would not let it in. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    interface Violation {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    const found = (await axe.run()).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}

describe('for everyone', () => {
  it.each(['light', 'dark'] as const)('axe finds nothing serious in any view, %s', async (colorScheme) => {
    const { url } = await serve();
    const { page } = await openPage(url, { colorScheme });
    for (const [name, path, ready] of VIEWS) {
      await page.goto(url + path);
      await page.locator(ready).first().waitFor();
      expect([name, ...(await violations(page))]).toEqual([name]);
    }
  });

  it('fits a phone: nothing but what scrolls by itself is wider than the screen', async () => {
    const { url } = await serve();
    const { page } = await openPage(url, { viewport: PHONE, hasTouch: true });
    for (const [name, path, ready] of VIEWS) {
      await page.goto(url + path);
      await page.locator(ready).first().waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([name, width]).toEqual([name, PHONE.width]);
    }
  });

  it('is used without a mouse: skip link, tabs, keys, help', async () => {
    const { url } = await serve();
    const { page } = await openPage(`${url}run/${RUNS.failedTest}`);
    await page.locator('.line-text').first().waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to content' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.keyboard.press('t');
    await page.getByRole('tab', { name: 'Tests', selected: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Artifacts', selected: true }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('tab', { name: 'Log', selected: true }).waitFor();
    await page.locator('.line-text').first().waitFor();
    await page.keyboard.press('e');
    await page.locator('.line.is-chosen').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('j'); // typed, and no way to the jobs
    expect(await page.getByLabel('Search the log').inputValue()).toBe('j');
    await page.locator('main').focus();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
  });

  it('keeps the theme that was chosen', async () => {
    const { url } = await serve();
    const { page } = await openPage(url, { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    expect(await background()).toBe(dark);
  });
});

describe('a log of 100 MB', () => {
  it('opens, jumps, searches and scrolls with a screenful of lines in the page', async () => {
    await using folder = await resultFolder();
    await folder.write('logs/unit/5/started.json', '{"timestamp":1795877530}');
    await folder.write('logs/unit/5/finished.json', '{"timestamp":1795877590,"passed":false,"result":"FAILURE"}');
    const file = await open(join(folder.dir, 'logs/unit/5/build-log.txt'), 'w');
    const LINES = 1_000_000;
    for (let at = 1; at <= LINES; at += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, one) => {
        const number = at + one;
        const text =
          number === 765_432
            ? 'error: the needle is here'
            : 'reconciled the object without a change to it, all is well';
        return `2026-11-28T14:52:30.000Z ${String(number).padStart(7, '0')} ${text}`.padEnd(103, '.');
      });
      await file.write(`${lines.join('\n')}\n`);
    }
    await file.close();
    const { url } = await serve({ results: folder.uri });
    const began = performance.now();
    const { page } = await openPage(`${url}run/logs/unit/5`);
    // It failed: so it opens where it first says why.
    await page.locator('[data-line="765432"]').getByText('the needle is here').waitFor();
    console.log(`100 MB log, open at its first error after ${Math.round(performance.now() - began)} ms`);
    await page.getByText('1,000,000 lines, 104 MB').waitFor();
    const box = page.getByRole('region', { name: /^Log / });
    await box.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await page.locator(`[data-line="${LINES}"]`).getByText('1000000 reconciled').waitFor();
    await page.getByLabel('Search the log').fill('NEEDLE is');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1 line').waitFor();
    await page.locator('mark', { hasText: 'needle is' }).waitFor();
    expect(await page.locator('.line').count()).toBeLessThan(120);
  });
});
