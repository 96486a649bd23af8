import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeKubeconfig } from './kubeconfig.js';
import { formatExecCredential, readAccessToken } from './token.js';

const cluster = {
  project: 'p',
  location: 'us-east1-b',
  name: 'trial',
  endpoint: '127.0.0.1:6443',
  caCertificate: 'Y2E=',
};
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gke-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe(writeKubeconfig, () => {
  it('writes one context with a token, for the owner only', async () => {
    const path = join(dir, 'run', 'kubeconfig');
    await writeKubeconfig({ cluster, path, user: { token: 'secret' } });
    expect(parse(await readFile(path, 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'gke_p_us-east1-b_trial',
          cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'Y2E=' },
        },
      ],
      contexts: [
        {
          name: 'gke_p_us-east1-b_trial',
          context: { cluster: 'gke_p_us-east1-b_trial', user: 'gke_p_us-east1-b_trial' },
        },
      ],
      'current-context': 'gke_p_us-east1-b_trial',
      users: [{ name: 'gke_p_us-east1-b_trial', user: { token: 'secret' } }],
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('writes an exec plugin, so that tokens refresh', async () => {
    const path = join(dir, 'kubeconfig');
    await writeKubeconfig({ cluster, path, user: { exec: { command: 'seatrial-gke', args: ['exec-credential'] } } });
    expect(parse(await readFile(path, 'utf8')).users[0].user.exec).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'seatrial-gke',
      args: ['exec-credential'],
      installHint: 'It comes with the package @seatrial/gke; npx seatrial-gke runs it.',
      interactiveMode: 'Never',
      provideClusterInfo: false,
    });
  });

  it('O13: never writes to the file of the user', async () => {
    const path = join(homedir(), '.kube', 'config');
    await expect(writeKubeconfig({ cluster, path, user: { token: 't' } })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('rejects a cluster without an endpoint', async () => {
    const early = { ...cluster, endpoint: '' };
    await expect(writeKubeconfig({ cluster: early, path: join(dir, 'k'), user: { token: 't' } })).rejects.toThrow(
      'cluster trial has no endpoint',
    );
  });
});

describe(formatExecCredential, () => {
  it('prints a given token without an end', async () => {
    expect(JSON.parse(formatExecCredential(await readAccessToken({ accessToken: 't' })))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 't' },
    });
  });

  it('prints when a token ends', () => {
    const { status } = JSON.parse(formatExecCredential({ token: 't', expiresMs: 1_700_000_000_000 }));
    expect(status.expirationTimestamp).toBe('2023-11-14T22:13:20.000Z');
  });
});
