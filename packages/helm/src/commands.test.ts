import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand, systemClock } from '@seatrial/cli';
import { startSandbox } from '@seatrial/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { findWorkspaceHelm } from './workspace-copy.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-commands-'));
  await mkdir(join(cwd, 'chart/templates'), { recursive: true });
  await writeFile(join(cwd, 'chart/Chart.yaml'), 'apiVersion: v2\nname: demo # n\nversion: 0.1.0\n');
  await writeFile(join(cwd, 'chart/values.yaml'), 'image: a # i\n');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function run(line: string, env: Record<string, string> = {}) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const exitCode = await runCommand(command, line.split(' ').filter(Boolean), {
    env,
    cwd,
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { exitCode, ...text };
}

describe('seatrial-helm', () => {
  it.each(['lint', 'set-image', 'bump', 'package', 'push'])('shows how to use %s', async (name) => {
    const { exitCode, stdout } = await run(`${name} --help`);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`seatrial-helm ${name} `);
  });

  it('sets image and version, packs and publishes', async () => {
    expect(await run('set-image chart r.io/op:v1')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await readFile(join(cwd, 'chart/values.yaml'), 'utf8')).toBe('image: r.io/op:v1 # i\n');
    expect(await run('bump chart --tag v1')).toMatchObject({ exitCode: 0, stdout: '0.1.0-v1\n' });
    const archive = join(cwd, 'out/demo-0.1.0-v1.tgz');
    expect(await run('package chart --destination out')).toMatchObject({ exitCode: 0, stdout: `${archive}\n` });
    const pushed = await run(`push ${archive} --releases_path file://${cwd}/releases --latest --json`);
    expect(pushed).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(pushed.stdout)).toEqual({
      uri: `file://${cwd}/releases/0.1.0-v1/demo-0.1.0-v1.tgz`,
      latestUri: `file://${cwd}/releases/latest/demo-latest.tgz`,
    });
    const body = await readFile(archive);
    expect(await readFile(join(cwd, 'releases/0.1.0-v1/demo-0.1.0-v1.tgz'))).toEqual(body);
    expect(await readFile(join(cwd, 'releases/latest/demo-latest.tgz'))).toEqual(body);
  });

  it('looks without doing, and keeps an index on request', async () => {
    await run('package chart');
    const push = `push demo-0.1.0.tgz --releases-path file://${cwd}/releases`;
    const uri = `file://${cwd}/releases/0.1.0/demo-0.1.0.tgz`;
    expect(await run(`${push} --dry-run --index --latest`)).toMatchObject({
      exitCode: 0,
      stdout: `would publish ${uri}\n`,
    });
    expect(await readdir(cwd)).not.toContain('releases');
    expect((await run(`${push} --index`)).stdout).toBe(`${uri}\n`);
    expect(await readFile(join(cwd, 'releases/index.yaml'), 'utf8')).toContain('0.1.0/demo-0.1.0.tgz');
    expect((await run(`${push} --dry-run`)).stdout).toBe(`would keep ${uri}\n`);
    await run('set-image chart other');
    await run('package chart');
    expect(await run(`${push} --dry-run --json`)).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('never replaces what is published', async () => {
    await run('package chart');
    await run(`push demo-0.1.0.tgz --releases-path file://${cwd}/releases`);
    await run('set-image chart other');
    await run('package chart');
    const { exitCode, stderr } = await run(`push demo-0.1.0.tgz --releases-path file://${cwd}/releases`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('is published already with other content');
    expect(stderr).toContain('hint: Raise the version');
  });

  it.each([
    ['bump chart', 2, 'give either --tag or --to'],
    ['bump chart --to latest', 1, 'version "latest" is not a semantic version'],
    ['push a.tgz', 2, 'releases-path'],
    ['push a.tgz --releases-path oci://r.io/a --latest', 2, '--latest is for gs:// and file://'],
    ['push a.tgz --releases-path oci://r.io --helm /nonexistent', 3, 'no helm at "/nonexistent"'],
    ['bump chart --tag a/b', 2, 'cannot be part of a version: "a/b"'],
    ['set-image chart @', 2, 'not the name of an image: "@"'],
    ['push nope.tgz --releases-path file:///tmp/x', 1, 'is not a packaged chart'],
    ['lint chart --helm /nonexistent', 3, 'no helm at "/nonexistent"'],
    ['package', 2, 'chart'],
  ])('ends %s with %i', async (line, exitCode, message) => {
    const ended = await run(line);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(message);
  });

  it('pushes to a registry, once', async ({ skip }) => {
    const path = await helm;
    skip(path === undefined, 'no helm for this machine');
    await using sandbox = await startSandbox({ docker: 'off' });
    await run('package chart');
    const place = `127.0.0.1:${sandbox.ports.registry}/charts`;
    const push = `push demo-0.1.0.tgz --releases-path oci://${place} --helm ${path}`;
    expect(await run(`${push} --dry-run`)).toMatchObject({ exitCode: 0, stdout: `would push to oci://${place}\n` });
    expect(await run(push)).toMatchObject({ exitCode: 0, stdout: `oci://${place}/demo:0.1.0\n` });
    expect(JSON.parse((await run(`${push} --json`)).stdout)).toMatchObject({ kept: true });
    await run('set-image chart other');
    await run('package chart');
    const { exitCode, stderr } = await run(push);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('is pushed already with other content');
  });

  const helm = findWorkspaceHelm().catch(() => undefined);
  it('lints with helm, 1 for errors', async ({ skip }) => {
    const path = await helm;
    skip(path === undefined, 'no helm for this machine');
    expect(await run(`lint chart --helm ${path}`)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('0 chart(s) failed'),
    });
    await writeFile(join(cwd, 'chart/templates/a.yaml'), 'a: {{ .Values.x.y }}\n');
    const { exitCode, stdout } = await run(`lint chart --json`, { HELM_BIN: String(path) });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      messages: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]),
    });
  });
});
