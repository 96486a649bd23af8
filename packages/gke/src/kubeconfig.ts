import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { GkeCluster } from './cluster.js';
import { GkeError } from './errors.js';

/** Who asks: a token that runs out within the hour, or a program that prints fresh ones. */
export type KubeconfigUser =
  | { readonly token: string }
  | {
      readonly exec: {
        readonly command: string;
        readonly args?: readonly string[];
        readonly env?: Readonly<Record<string, string>>;
      };
    };

/**
 * Writes a kubeconfig for one cluster, readable by its owner only. An existing file is replaced in one step.
 *
 * @throws {GkeError} `INVALID` for the user's own file, and for a cluster without an endpoint.
 */
export async function writeKubeconfig(options: {
  readonly cluster: Pick<GkeCluster, 'project' | 'location' | 'name' | 'endpoint' | 'caCertificate'>;
  readonly path: string;
  readonly user: KubeconfigUser;
}): Promise<void> {
  const { cluster, path, user } = options;
  if (resolve(path) === join(homedir(), '.kube', 'config')) {
    throw new GkeError('INVALID', `will not write to ${path}: it is the user's own kubeconfig`, {
      hint: 'Name another file and point KUBECONFIG to it.',
    });
  }
  const text = formatKubeconfig(cluster, user);
  await mkdir(dirname(resolve(path)), { recursive: true });
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  await writeFile(partial, text, { mode: 0o600, flag: 'wx' });
  await chmod(partial, 0o600);
  await rename(partial, path);
}

/** The text of a kubeconfig with one context, `gke_<project>_<location>_<name>`, as gcloud calls it. */
export function formatKubeconfig(
  cluster: Pick<GkeCluster, 'project' | 'location' | 'name' | 'endpoint' | 'caCertificate'>,
  user: KubeconfigUser,
): string {
  if (cluster.endpoint === '') {
    throw new GkeError('INVALID', `cluster ${cluster.name} has no endpoint`, { hint: 'Wait until it is running.' });
  }
  const name = `gke_${cluster.project}_${cluster.location}_${cluster.name}`;
  const credentials =
    'token' in user
      ? { token: user.token }
      : {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: user.exec.command,
            args: [...(user.exec.args ?? [])],
            ...(user.exec.env === undefined
              ? {}
              : { env: Object.entries(user.exec.env).map(([key, value]) => ({ name: key, value })) }),
            installHint: 'It comes with the package @seatrial/gke; npx seatrial-gke runs it.',
            interactiveMode: 'Never',
            provideClusterInfo: false,
          },
        };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: `https://${cluster.endpoint}`,
          ...(cluster.caCertificate === '' ? {} : { 'certificate-authority-data': cluster.caCertificate }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
    users: [{ name, user: credentials }],
  });
}
