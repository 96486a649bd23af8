import * as http from 'node:http';
import * as https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { Credentials } from './kube-connection.js';
import { KubeConnection } from './kube-connection.js';
import { createKubeClient } from './kube-http.js';
import { systemClock } from './limits.js';
import type { Clock } from './limits.js';

/**
 * Connects to the cluster of a kubeconfig's current context. Only reads the file: the first request goes out later.
 *
 * Certificates, tokens and exec plugins are those of `@kubernetes/client-node`, loaded here because it costs a second.
 * Credentials are made once and again when the server refuses them, so tokens refresh in long waits.
 *
 * @throws {DeployError} `INVALID` when the file cannot be read or has no such context.
 */
export async function connect(
  kubeconfigPath: string,
  options: { readonly context?: string; readonly clock?: Clock } = {},
): Promise<KubeClient> {
  const { clock = systemClock } = options;
  const config = await loadKubeconfig(kubeconfigPath, options.context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new DeployError(
      'INVALID',
      `kubeconfig ${kubeconfigPath} has no context ${config.getCurrentContext() || '(current-context is not set)'}`,
      {
        hint: `Name one of: ${
          config
            .getContexts()
            .map(({ name }) => name)
            .join(', ') || 'it has no contexts'
        }.`,
      },
    );
  }
  const connection = new KubeConnection({
    clock,
    // Loaded anew each time: an exec plugin's token is cached in it.
    login: async () => credentialsOf(await loadKubeconfig(kubeconfigPath, options.context)),
  });
  const facts = { server: cluster.server, context: config.getCurrentContext(), kubeconfig: kubeconfigPath };
  return createKubeClient(connection, facts);
}

async function loadKubeconfig(path: string, context: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (cause) {
    throw new DeployError('INVALID', `cannot read kubeconfig ${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name a kubeconfig file that exists.',
    });
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const found = config.getCurrentCluster();
  if (found === null) throw new DeployError('INVALID', 'the kubeconfig no longer has its context');
  const plain = found.server.startsWith('http:');
  if (plain) {
    // The client refuses http unless told so; there is no certificate to check.
    config.clusters = config.clusters.map((one) => (one.name === found.name ? { ...one, skipTLSVerify: true } : one));
  }
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[key] = String(value);
  }
  if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  const tls = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
  const set = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  const agent =
    found.proxyUrl !== undefined && options.agent instanceof http.Agent
      ? options.agent
      : plain
        ? new http.Agent({ keepAlive: true })
        : new https.Agent({ keepAlive: true, ...set });
  return { server: found.server, agent, headers };
}
