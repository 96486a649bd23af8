import { writeFile } from 'node:fs/promises';

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
  // By hand: a YAML library would be loaded at every start for this. JSON's strings are YAML's.
  const [server, ca, user, quoted] = [`https://${endpoint}`, caCertificate, token, name].map((text) =>
    JSON.stringify(text),
  );
  const text = `apiVersion: v1
kind: Config
clusters:
  - name: ${quoted}
    cluster:
      server: ${server}
      certificate-authority-data: ${ca}
users:
  - name: ${quoted}
    user:
      token: ${user}
contexts:
  - name: ${quoted}
    context:
      cluster: ${quoted}
      user: ${quoted}
current-context: ${quoted}
`;
  await writeFile(path, text, { mode: 0o600 });
}
