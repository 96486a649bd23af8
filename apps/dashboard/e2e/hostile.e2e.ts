import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { JOB, resultFolder, RUNS } from '../src/testing/fixtures.js';
import { openPage, serve } from './page.js';

const EVIL = '<img src=x onerror="window.hurt=1">';
const MORE = [
  EVIL,
  '<script>window.hurt=1</script>',
  '"><svg onload="window.hurt=1">',
  'javascript:window.hurt=1',
  '{{constructor.constructor("window.hurt=1")()}}',
  "';window.hurt=1;//",
];

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A run in which everything that has a name, a message or a text is hostile. */
async function hostileResults() {
  const folder = await resultFolder();
  const run = 'logs/evil "><b>/17';
  const at = (file: string, text: string) => folder.write(`${run}/${file}`, text);
  const cases = MORE.map(
    (text) =>
      `<testcase name="${escapeXml(text)}"><failure message="${escapeXml(text)}">${escapeXml(text)}</failure>` +
      `<system-out>${escapeXml(text)}</system-out></testcase>`,
  );
  await at('started.json', JSON.stringify({ timestamp: 1_795_877_530, node: EVIL, 'repo-commit': 'abcdef1' }));
  await at(
    'finished.json',
    JSON.stringify({
      timestamp: 1_795_877_590,
      passed: false,
      result: 'FAILURE',
      metadata: { [EVIL]: EVIL, repo: EVIL },
    }),
  );
  await at('artifacts/junit_evil.xml', `<testsuite name="${escapeXml(EVIL)}">${cases.join('')}</testsuite>`);
  await at(`artifacts/<img src=x onerror=alert(1)>.html`, EVIL);
  await at('artifacts/page.html', '<!doctype html><script>document.title="ran"</script>');
  await at(
    'artifacts/seatrial/run.json',
    JSON.stringify({
      version: 1,
      state: 'failed',
      startedMs: 1_795_877_530_000,
      endedMs: 1_795_877_590_000,
      resumedMs: [],
      tasks: [{ name: EVIL, needs: [], after: [], when: 'all_success', cleanup: false, selected: true, summary: EVIL }],
      meta: {
        settings: { provider: EVIL, config: { [EVIL]: EVIL }, job: { refs: { repo_link: 'javascript:alert(1)' } } },
      },
    }),
  );
  await at(
    'artifacts/seatrial/tasks/evil.json',
    JSON.stringify({
      version: 1,
      name: EVIL,
      state: 'failed',
      attempts: 1,
      startedMs: 1_795_877_530_000,
      endedMs: 1_795_877_590_000,
      durationMs: 60_000,
      cleanup: false,
      error: { name: 'Error', message: EVIL, hint: EVIL, detail: MORE.join('\n') },
      output: { image: EVIL, chartUri: 'javascript:window.hurt=1' },
    }),
  );
  const colours = `\u001b[31m${EVIL}\u001b[0m\u001b]8;;javascript:window.hurt=1\u0007link\u001b]8;;\u0007`;
  await at('build-log.txt', [...MORE, colours].join('\n'));
  return { ...folder, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('hostile results', () => {
  it('stay text wherever they are shown', async () => {
    await using folder = await hostileResults();
    const { url } = await serve({ results: folder.uri });
    const address = `${url}run/${folder.run.split('/').map(encodeURIComponent).join('/')}`;
    const { page } = await openPage(url);
    for (const place of [
      url,
      `${url}grid/${encodeURIComponent('logs')}/${encodeURIComponent('evil "><b>')}`.replace('%2F', '/'),
      address,
      `${address}?file=build-log.txt`,
      `${address}?tab=tests`,
      `${address}?tab=artifacts&file=${encodeURIComponent('artifacts/<img src=x onerror=alert(1)>.html')}`,
      `${address}?tab=facts`,
      `${address}?tab=log&task=${encodeURIComponent(EVIL)}&line=${encodeURIComponent(EVIL)}&test=${encodeURIComponent(EVIL)}`,
      `${url}compare?a=${encodeURIComponent(folder.run)}&b=${encodeURIComponent(folder.run)}`,
    ]) {
      await page.goto(place);
      await page
        .getByText(/evil|onerror/)
        .first()
        .waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.evaluate(() => (window as { hurt?: number }).hurt)).toBeUndefined();
      expect(await page.locator('main :is(img, script, iframe, b, svg[onload])').count()).toBe(0);
      expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    }
    await page.goto(`${address}?tab=tests`);
    for (const text of MORE) await page.locator('.test-title', { hasText: text }).first().waitFor();
    await page.goto(`${address}?file=build-log.txt`);
    await page.locator('.ansi-red', { hasText: EVIL }).waitFor();
  });

  it('are handed out so that the browser shows text and runs nothing', async () => {
    await using folder = await hostileResults();
    const { url } = await serve({ results: folder.uri });
    const query = new URLSearchParams({ run: folder.run, file: 'artifacts/page.html', show: '1' });
    // The one trouble there may be is the browser's, saying that it runs nothing.
    const { page, troubles } = await openPage(`${url}api/artifact?${query}`, { mayFail: true });
    await page.getByText('<!doctype html><script>').waitFor();
    expect(await page.title()).not.toBe('ran');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .goto(`${url}api/artifact?${new URLSearchParams({ run: folder.run, file: 'artifacts/page.html' })}`)
        .catch(() => {
          // net::ERR_ABORTED: what is saved is not opened.
        }),
    ]);
    expect(download.suggestedFilename()).toBe('page.html');
    expect(troubles.filter((trouble) => !trouble.startsWith('Blocked script execution'))).toEqual([]);
  });
});

/** As an ingress that takes its prefix away, or `kubectl port-forward` with the prefix `/`. */
async function startProxy(target: string, prefix: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '';
    if (!path.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end('not below the prefix');
      return;
    }
    const to = new URL(path.slice(prefix.length), target);
    const passed = request(
      to,
      { method: incoming.method, headers: { ...incoming.headers, host: to.host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`;
}

describe('behind a proxy', () => {
  it.each(['', '/k8s/ci/seatrial'])(
    'works below %j that is taken away: deep links, moves, live events',
    async (prefix) => {
      const { url } = await serve();
      const proxied = await startProxy(url, prefix);
      const { page, requests } = await openPage(`${proxied}run/${RUNS.inProgress}`);
      await page.getByRole('heading', { level: 1 }).getByText('live', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'tf-job-operator-e2e', exact: true }).click();
      await page.getByRole('grid').waitFor();
      expect(page.url()).toBe(`${proxied}grid/${JOB}`);
      await page.reload();
      await page.getByRole('grid').waitFor();
      await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
      await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
      expect(page.url()).toBe(proxied);
      expect(requests.filter((address) => !address.startsWith(proxied) && !address.startsWith('data:'))).toEqual([]);
    },
  );

  it('works below a base path that is left on', async () => {
    const { url } = await serve({ basePath: '/ci' });
    const { page } = await openPage(`${url}run/${RUNS.passed}`);
    await page.getByRole('heading', { name: /^passed/ }).waitFor();
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
    await page.getByRole('link', { name: 'tf-job-operator-e2e', exact: true }).waitFor();
    expect(page.url()).toBe(url);
  });

  it('asks for the token once', async () => {
    const token = '0123456789abcdef';
    const { url } = await serve({ token });
    const { page } = await openPage(`${url}run/${RUNS.passed}`, { mayFail: true });
    await page.getByLabel('Token').fill('wrong-wrong-wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('That is not the token.').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: /^passed/ }).waitFor();
    await page.goto(`${url}grid/${JOB}`);
    await page.getByRole('grid').waitFor();
  });
});
