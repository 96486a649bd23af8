import { join } from 'node:path';

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment helm runs in: everything helm keeps lies under `home`, and nothing of the user's helm is read.
 *
 * Passed on are the other variables (`PATH`, proxies, what exec plugins of a kubeconfig need), except `HELM_*` and
 * `KUBECONFIG`, which could point elsewhere, and `KUBERNETES_SERVICE_*`, by which helm would take to the cluster it runs
 * in when the kubeconfig is missing. Because `HOME` moves, `CLOUDSDK_CONFIG` is set to where Google's plugin would have
 * looked.
 *
 * @see https://helm.sh/docs/helm/helm/
 */
export function helmEnvironment(options: {
  /** Folder of the run. */
  readonly home: string;
  /** @default `<home>/kubeconfig` */
  readonly kubeconfig?: string | undefined;
  readonly env: Env;
}): Record<string, string> {
  const { home, env, kubeconfig = join(home, 'kubeconfig') } = options;
  const passedOn = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:HELM_|KUBERNETES_SERVICE_|KUBECONFIG$)/.test(entry[0]),
  );
  const gcloud: Record<string, string> =
    env['HOME'] === undefined ? {} : { CLOUDSDK_CONFIG: join(env['HOME'], '.config', 'gcloud') };
  return {
    ...gcloud,
    ...Object.fromEntries(passedOn),
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    HELM_PLUGINS: join(home, 'data', 'plugins'),
    HELM_REGISTRY_CONFIG: join(home, 'config', 'registry', 'config.json'),
    HELM_REPOSITORY_CONFIG: join(home, 'config', 'repositories.yaml'),
    HELM_REPOSITORY_CACHE: join(home, 'cache', 'repository'),
    KUBECONFIG: kubeconfig,
  };
}
