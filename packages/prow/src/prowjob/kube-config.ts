import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { ProwError } from '../errors.js';

/** How to find the cluster. */
export interface KubeConfigOptions {
  /** One file, or several as the variable `KUBECONFIG` lists them. @default `~/.kube/config`, else the service account */
  readonly kubeconfig?: string | undefined;
  /** @default the current context */
  readonly context?: string | undefined;
  /** What relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads how to reach a cluster, as kubectl does: the given files, else the user's, else the pod's service account.
 *
 * @throws {ProwError} `INVALID_FLAG` when a file cannot be read, there is none, or it has no such context.
 */
export async function readKubeConfig(options: KubeConfigOptions): Promise<KubeConfig> {
  const { cwd, env } = options;
  const home = join(env['HOME'] ?? cwd, '.kube', 'config');
  const given = options.kubeconfig?.split(delimiter).filter((file) => file !== '') ?? [];
  const files = given.length > 0 ? given.map((file) => resolve(cwd, file)) : existsSync(home) ? [home] : [];
  // A second to load, hence only here.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (files.length === 0) {
    if (!env['KUBERNETES_SERVICE_HOST']) throw invalid('there is no kubeconfig', 'Give --kubeconfig.');
    config.loadFromCluster();
  }
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? config : new KubeConfig();
    try {
      one.loadFromFile(file);
    } catch (cause) {
      throw invalid(`cannot read kubeconfig ${file}`, 'Point --kubeconfig to a kubeconfig that exists.', cause);
    }
    if (index > 0) config.mergeConfig(one);
  }
  // The client refuses http unless told so; there is no certificate to check.
  config.clusters = config.clusters.map((one) =>
    one.server.startsWith('http:') ? { ...one, skipTLSVerify: true } : one,
  );
  if (options.context !== undefined) config.setCurrentContext(options.context);
  if (config.getCurrentCluster() === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw invalid(
      `the kubeconfig has no context ${JSON.stringify(config.getCurrentContext() ?? '')}`,
      known.length === 0 ? 'It has no contexts at all.' : `Give --context, one of: ${known.join(', ')}.`,
    );
  }
  return config;
}

function invalid(message: string, hint: string, cause?: unknown): ProwError {
  return new ProwError('INVALID_FLAG', message, { hint, cause });
}
