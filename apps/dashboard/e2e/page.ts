import { join } from 'node:path';
import { createObjectStore } from '@seatrial/storage';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { type Dashboard, type DashboardOptions, startDashboard } from '../src/index.js';
import { FIXTURES, fixtureClock } from '../src/testing/fixtures.js';

export const DESKTOP = { width: 1360, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** Serves results until the test is over. */
export async function serve(options: Partial<DashboardOptions> = {}): Promise<Dashboard> {
  const dashboard = await startDashboard({
    store: createObjectStore(),
    results: `file://${FIXTURES}`,
    port: 0,
    clock: fixtureClock(),
    pageDir: join(import.meta.dirname, '../dist/web'),
    ...options,
  });
  onTestFinished(() => dashboard.close());
  return dashboard;
}

/** A page, and what must not have happened on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  /** Errors, dialogs and what the policy refused. */
  readonly troubles: readonly string[];
}

let connected: Promise<Browser> | undefined;

/** Opens a page in a context of its own. At the end of the test, nothing may have gone wrong in it. */
export async function openPage(
  url: string,
  options: BrowserContextOptions & { readonly mayFail?: boolean; readonly realTime?: boolean } = {},
): Promise<WatchedPage> {
  const { mayFail = false, realTime = false, ...context } = options;
  const browser = await (connected ??= chromium.connect(inject('browserUrl')));
  const own = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...context });
  const page = await own.newPage();
  const requests: string[] = [];
  const troubles: string[] = [];
  page.on('request', (request: Request) => requests.push(request.url()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.setDefaultTimeout(45_000);
  onTestFinished(async () => {
    await own.close();
    if (!mayFail) expect(troubles).toEqual([]);
    const origin = new URL(url).origin;
    expect(requests.filter((address) => !address.startsWith(`${origin}/`) && !address.startsWith('data:'))).toEqual([]);
  });
  // Ages read the same whenever the tests run; timers go on.
  if (!realTime) await page.clock.setFixedTime(new Date(fixtureClock().now()));
  await page.goto(url);
  return { page, requests, troubles };
}
