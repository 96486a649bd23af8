import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/**
 * Writes a kubeconfig for one cluster, readable by its owner only.
 *
 * @param options.caCertificate Base64 of the PEM, as `masterAuth.clusterCaCertificate`.
 */
export async function writeKubeconfig(options: {
  readonly path: string;
  readonly name: string;
  readonly endpoint: string;
  readonly caCertificate: string;
  readonly token: string;
}): Promise<void> {
  const { path, name, endpoint, caCertificate, token } = options;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: `https://${endpoint}`, 'certificate-authority-data': caCertificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
}
