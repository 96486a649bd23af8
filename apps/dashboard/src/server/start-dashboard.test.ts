import { createServer } from 'node:net';
import { request } from 'node:http';
import { createObjectStore } from '@seatrial/storage';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FIXTURES, fixtureClock, JOB, resultFolder, RUNS } from '../testing/fixtures.js';
import { type DashboardOptions, startDashboard } from './start-dashboard.js';

const TOKEN = '0123456789abcdef';

async function start(options: Partial<DashboardOptions> = {}) {
  const page = await resultFolder();
  await page.write('index.html', '<html><head><base href="./" /></head><script src="./assets/a.js"></script></html>');
  await page.write('assets/a.js', `console.log("${'a'.repeat(2_000)}")`);
  const dashboard = await startDashboard({
    store: createObjectStore(),
    results: `file://${FIXTURES}`,
    port: 0,
    pageDir: page.dir,
    clock: fixtureClock(),
    ...options,
  });
  onTestFinished(async () => {
    await dashboard.close();
    await page[Symbol.asyncDispose]();
  });
  return dashboard;
}

/** As `fetch`, but with any `Host`. */
function get(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe(startDashboard, () => {
  it('sends a policy with everything that lets nothing in from elsewhere', async () => {
    const { url } = await start();
    for (const path of ['', 'api/jobs', `run/${RUNS.passed}`, 'api/none', 'assets/a.js']) {
      const { headers } = await fetch(url + path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each([
    ['', './'],
    ['pulls', './'],
    [`grid/${JOB}`, '../../'],
    [`run/${RUNS.passed}`, '../../../'],
    [`run/${RUNS.presubmit}?tab=log`, '../../../../../../'],
  ])('leads /%s back to the base by a relative address', async (path, base) => {
    const { url } = await start();
    const html = await (await fetch(url + path)).text();
    expect(html).toContain(`<base href="${base}" />`);
    expect(new URL(base, url + path).href).toBe(url);
  });

  it('answers below a base path, where a proxy leaves it on', async () => {
    const { url } = await start({ basePath: '/ci/seatrial' });
    expect(new URL(url).pathname).toBe('/ci/seatrial/');
    expect((await fetch(`${url}api/jobs`)).status).toBe(200);
    expect(await (await fetch(`${url}run/${RUNS.passed}`)).text()).toContain('<base href="../../../" />');
    expect((await fetch(new URL('/api/jobs', url))).status).toBe(404);
  });

  it('hands artifacts out so that a browser runs nothing of them', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    await folder.write(`${RUNS.passed}/artifacts/page.html`, '<script>alert(1)</script>');
    const { url } = await start({ results: folder.uri });
    const artifact = `${url}api/artifact?run=${RUNS.passed}&file=artifacts/page.html`;
    const saved = await fetch(artifact);
    expect(saved.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''page.html");
    expect(saved.headers.get('content-type')).toBe('application/octet-stream');
    const shown = await fetch(`${artifact}&show=1`);
    expect(shown.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    for (const { headers } of [saved, shown]) {
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(await shown.text()).toBe('<script>alert(1)</script>');
  });

  it.each([
    'run?run=../../etc/passwd',
    'run?run=logs/e2e/../../x/1',
    `artifact?run=${RUNS.passed}&file=../../../secret`,
    `artifact?run=${RUNS.passed}&file=/etc/passwd`,
    `log?run=${RUNS.passed}&file=..%2f..%2fx`,
    'job?job=etc/x',
    `grid?job=${JOB}&count=100000`,
    `grid?job=${JOB}&before=x`,
    'run',
  ])('refuses %s', async (call) => {
    const { url } = await start();
    const answer = await fetch(`${url}api/${call}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
  });

  it('takes nothing but reading', async () => {
    const { url } = await start();
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await fetch(`${url}api/jobs`, { method })).status).toBe(404);
    }
  });

  it('does not answer for the names of others', async () => {
    const { url } = await start();
    expect(await get(`${url}api/jobs`, { host: 'evil.example' })).toBe(403);
    expect(await get(`${url}api/jobs`, { host: 'localhost:1234' })).toBe(200);
  });

  it('asks for the token, remembers it, and never shows it', async () => {
    const { url } = await start({ token: TOKEN });
    expect((await fetch(`${url}api/jobs`)).status).toBe(401);
    expect((await fetch(`${url}assets/a.js`)).status).toBe(401);
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    const asked = await fetch(`${url}run/${RUNS.passed}`, { headers: { accept: 'text/html' } });
    expect(asked.status).toBe(401);
    expect(await asked.text()).toContain('<form method="post">');
    const send = (token: string) =>
      fetch(`${url}run/${RUNS.passed}`, {
        method: 'POST',
        body: new URLSearchParams({ token }),
        redirect: 'manual',
      });
    expect((await send('wrong')).status).toBe(401);
    const admitted = await send(TOKEN);
    expect(admitted.status).toBe(303);
    const cookie = admitted.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).not.toContain(TOKEN);
    const known = { cookie: cookie.split(';')[0] ?? '' };
    expect((await fetch(`${url}api/jobs`, { headers: known })).status).toBe(200);
    expect((await fetch(`${url}api/jobs`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  });

  it('compresses the page and answers, and lets browsers keep what never changes', async () => {
    const { url } = await start();
    const script = await fetch(`${url}assets/a.js`);
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(await script.text()).toContain('aaaa');
    const answer = await fetch(`${url}api/run?run=${RUNS.passed}`);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('tells changes of a run as events, and its end', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const { url } = await start({ results: folder.uri, watchIntervalMs: 20 });
    const response = await fetch(`${url}api/events?run=${RUNS.inProgress}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = readEvents(response);
    const first = await events.next();
    expect(first.value).toMatchObject({ event: 'run', data: { state: 'running' } });
    await folder.write(
      `${RUNS.inProgress}/artifacts/seatrial/tasks/deploy.json`,
      JSON.stringify({ version: 1, name: 'deploy', state: 'running', attempts: 1, startedMs: 1_795_877_545_000 }),
    );
    const second = await events.next();
    expect(second.value?.data.tasks).toContainEqual(expect.objectContaining({ name: 'deploy', state: 'running' }));
    await folder.write(
      `${RUNS.inProgress}/finished.json`,
      '{"timestamp":1795877560,"passed":false,"result":"FAILURE"}',
    );
    const rest: string[] = [];
    let last: unknown;
    for await (const { event, data } of events) {
      rest.push(event);
      if (event === 'run') last = data.state;
    }
    expect(last).toBe('failed');
    expect(rest.at(-1)).toBe('end');
  });

  it('says that the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toThrow(
      expect.objectContaining({
        code: 'LISTEN_FAILED',
        message: expect.stringContaining('something else listens there'),
      }),
    );
  });

  it('says how to build the page where it is missing', async () => {
    await expect(start({ pageDir: '/nowhere' })).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_BUILT', hint: 'Run: npx nx build dashboard' }),
    );
  });

  it.each(['ci', '/a b', '/../x', '//evil'])('refuses %j as a base path', async (basePath) => {
    await expect(start({ basePath })).rejects.toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

interface Told {
  readonly event: string;
  readonly data: { readonly state?: string; readonly tasks?: readonly unknown[] };
}

async function* readEvents(response: Response): AsyncGenerator<Told> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const block = text.slice(0, at);
      text = text.slice(at + 2);
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1] ?? '';
      if (event !== undefined) yield { event, data: data === '' ? {} : (JSON.parse(data) as Told['data']) };
    }
  }
}
