import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { KubeconfigUser } from './kubeconfig.js';

/** Where credentials come from; none of these is a secret. */
const credentialVariables = ['GCE_METADATA_HOST', 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG'] as const;

/**
 * A kubeconfig's user whose tokens refresh: kubectl, helm and client libraries run `seatrial-gke exec-credential` whenever
 * they need one.
 *
 * It is named by this package's own path, because nothing need be installed under that name; a kubeconfig is for the
 * machine it was written on.
 *
 * @param options.command A program to run instead, found on the PATH.
 * @param options.env What says where credentials come from is kept in the kubeconfig, secrets are not.
 */
export function execPluginUser(
  options: {
    readonly command?: string | undefined;
    readonly env?: Readonly<Record<string, string | undefined>>;
  } = {},
): KubeconfigUser {
  const { command, env = {} } = options;
  const kept = credentialVariables.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  const bin = fileURLToPath(new URL('../bin.js', import.meta.url));
  return {
    exec: {
      ...(command === undefined
        ? { command: execPath, args: [bin, 'exec-credential'] }
        : { command, args: ['exec-credential'] }),
      ...(kept.length === 0 ? {} : { env: Object.fromEntries(kept) }),
    },
  };
}
