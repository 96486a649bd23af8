import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHelm } from './binary.js';
import { findWorkspaceHelm } from './workspace-copy.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-binary-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fakeHelm(place: string, version: string): Promise<string> {
  const path = join(folder, place, 'helm');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho '${version}'\n`);
  await chmod(path, 0o755);
  return path;
}

describe(findHelm, () => {
  it('prefers what is named, then HELM_BIN, then PATH, then the workspace', async () => {
    const flag = await fakeHelm('flag', 'v4.1.4');
    const variable = await fakeHelm('variable', 'v3.18.0');
    const onPath = await fakeHelm('path', 'v3.17.1+g980d8ac');
    const copy = await fakeHelm('copy', 'v4.0.0');
    const PATH = ['', join(folder, 'nothing'), dirname(onPath)].join(delimiter);
    const workspaceCopy = async () => copy;
    expect(await findHelm({ flag, env: { HELM_BIN: variable, PATH }, workspaceCopy })).toEqual({
      path: flag,
      version: '4.1.4',
      major: 4,
    });
    expect(await findHelm({ env: { HELM_BIN: variable, PATH }, workspaceCopy })).toEqual({
      path: variable,
      version: '3.18.0',
      major: 3,
    });
    expect(await findHelm({ flag: '', env: { HELM_BIN: '', PATH }, workspaceCopy })).toMatchObject({
      path: onPath,
      version: '3.17.1+g980d8ac',
    });
    expect(await findHelm({ env: { PATH: '/nonexistent' }, workspaceCopy })).toMatchObject({ path: copy });
  });

  it('looks a bare name up on PATH', async () => {
    const path = await fakeHelm('path', 'v4.1.4');
    expect(await findHelm({ flag: 'helm', env: { PATH: dirname(path) } })).toMatchObject({ path });
  });

  it('passes over a file that is no program', async () => {
    const path = await fakeHelm('path', 'v4.1.4');
    await chmod(path, 0o644);
    await expect(findHelm({ env: { PATH: dirname(path) } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says how to install it when there is none', async () => {
    await expect(findHelm({ env: { PATH: folder }, workspaceCopy: async () => undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'no helm on PATH',
      hint: expect.stringContaining('https://helm.sh/docs/intro/install/'),
      infrastructure: true,
    });
  });

  it('does not fall back when the one that is named is missing', async () => {
    const workspaceCopy = async () => fakeHelm('copy', 'v4.0.0');
    await expect(findHelm({ flag: join(folder, 'nope'), env: {}, workspaceCopy })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `no helm at ${JSON.stringify(join(folder, 'nope'))}`,
    });
  });

  it.each(['v2.17.0', 'v5.0.0', 'helm', 'v4'])('rejects a helm that says it is %s', async (version) => {
    const path = await fakeHelm('path', version);
    await expect(findHelm({ flag: path, env: {} })).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    await expect(findHelm({ env: { PATH: dirname(path) } })).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
  });

  it('passes over another major version on PATH when the workspace has a good one', async () => {
    const old = await fakeHelm('path', 'v2.17.0');
    const workspaceCopy = async () => fakeHelm('copy', 'v4.0.0');
    expect(await findHelm({ env: { PATH: dirname(old) }, workspaceCopy })).toMatchObject({ version: '4.0.0' });
  });
});

describe(findWorkspaceHelm, () => {
  it("asks the script of the workspace around it and hands on the caller's wishes", async () => {
    await mkdir(join(folder, 'tools'));
    await mkdir(join(folder, 'packages/helm/src'), { recursive: true });
    await writeFile(
      join(folder, 'tools/fetch-helm.mjs'),
      'export const fetchHelm = async ({ major }) => `/cache/helm-${major}`;',
    );
    expect(await findWorkspaceHelm({ from: join(folder, 'packages/helm/src'), major: 3 })).toBe('/cache/helm-3');
  });

  it('finds nothing where there is no such script', async () => {
    expect(await findWorkspaceHelm({ from: folder })).toBeUndefined();
  });
});
