import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openPage, PHONE, serve } from './page.js';
import { VIEWS } from './views.js';

const IMAGES = join(import.meta.dirname, '../../../docs/images/ui');

/** `SEATRIAL_SCREENSHOTS=1 npx nx e2e dashboard` draws the pictures of the documentation anew. */
describe.skipIf(process.env['SEATRIAL_SCREENSHOTS'] !== '1')('pictures for the documentation', () => {
  it.each([
    ['light', { viewport: DESKTOP, colorScheme: 'light' }],
    ['dark', { viewport: DESKTOP, colorScheme: 'dark' }],
    ['phone', { viewport: PHONE, colorScheme: 'light' }],
  ] as const)('%s', async (look, context) => {
    await mkdir(IMAGES, { recursive: true });
    const { url } = await serve();
    const { page } = await openPage(url, context);
    for (const [name, path, ready] of VIEWS) {
      await page.goto(url + path);
      await page.locator(ready).first().waitFor();
      await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => {
        // A run that goes on keeps its events open: it is never idle.
      });
      const file = join(IMAGES, `${name.replaceAll(' ', '-')}-${look}.png`);
      expect((await page.screenshot({ path: file })).length).toBeGreaterThan(1_000);
    }
  });
});
