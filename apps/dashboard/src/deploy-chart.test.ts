import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHelm, findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { uiFlags } from './ui-flags.js';

const CHART = join(import.meta.dirname, '../deploy/chart/seatrial-ui');

interface Container {
  readonly args: readonly string[];
  readonly readinessProbe: { readonly exec: { readonly command: readonly string[] } };
}

interface Rendered {
  readonly kind: string;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

async function openHelm() {
  const home = await mkdtemp(join(tmpdir(), 'seatrial-ui-helm-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'] };
  return createHelm({ binary: await findHelm({ env, workspaceCopy: findWorkspaceHelm }), home, env });
}

async function render(set: Readonly<Record<string, string>> = {}) {
  const text = await (await openHelm()).template(CHART, { set: { results: 'gs://ci-logs', ...set } });
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
  const container = objects.find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec.containers[0];
  return {
    kinds: objects.map(({ kind }) => kind).sort(),
    args: container?.args ?? [],
    probe: container?.readinessProbe.exec.command ?? [],
  };
}

/** A server that answers one path. */
async function startHealthz(path: string) {
  const server = createServer((request, response) => response.writeHead(request.url === path ? 200 : 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const token = { 'auth.tokenSecret.name': 'ui-token' };
const proxy = { 'auth.proxyHeader': 'X-Forwarded-User', 'auth.proxyPodLabels.app': 'oauth2-proxy' };

describe('the chart seatrial-ui', () => {
  it.each([
    ['with the least', {}],
    ['with a token', token],
    ['behind a proxy', proxy],
  ])('passes helm lint --strict %s', async (_what, set) => {
    const report = await (await openHelm()).lint(CHART, { strict: true, set: { results: 'gs://ci-logs', ...set } });
    expect(report).toMatchObject({ passed: true });
  });

  it('listens on the pod’s loopback alone where nothing asks who reads', async () => {
    const { kinds, args } = await render();
    expect(args).toContain('--listen=127.0.0.1');
    expect(kinds).toEqual(['Deployment', 'ServiceAccount']);
  });

  it('serves others once something does', async () => {
    const guarded = await render(token);
    expect(guarded.args).toContain('--listen=0.0.0.0');
    expect(guarded.kinds).toEqual(['Deployment', 'Service', 'ServiceAccount']);
    const proxied = await render(proxy);
    expect(proxied.args).toContain('--auth-proxy-header=X-Forwarded-User');
    expect(proxied.kinds).toEqual(['Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount']);
  });

  it('does not trust a header that anybody could set', async () => {
    await expect(render({ 'auth.proxyHeader': 'X-Forwarded-User' })).rejects.toThrow();
  });

  it('is ready when the server answers, below the path that it serves', async () => {
    await using server = await startHealthz('/ci/healthz');
    const { probe } = await render({ basePath: '/ci/', port: String(server.port) });
    const [program = '', ...args] = probe;
    expect(program).toBe('node');
    const run = promisify(execFile);
    await run(process.execPath, args);
    await server[Symbol.asyncDispose]();
    await expect(run(process.execPath, args)).rejects.toMatchObject({ code: 1 });
  });

  it('starts the server with flags that it has', async () => {
    const { args } = await render({ ...token, ...proxy, basePath: '/ci' });
    for (const arg of args) {
      const name = arg.replace(/^--([^=]+)=.*$/, '$1');
      if (name !== 'log-format') expect(Object.keys(uiFlags)).toContain(name);
    }
  });
});
