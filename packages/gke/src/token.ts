import { GkeError } from './errors.js';

/** An OAuth token for the Kubernetes API of GKE clusters. */
export interface AccessToken {
  readonly token: string;
  /** When it stops working, in milliseconds since 1970; unknown for a token that was given. */
  readonly expiresMs?: number;
}

/**
 * The given token, else one of the application default credentials.
 *
 * @throws {GkeError} `UNAUTHENTICATED` when there are no credentials.
 */
export async function readAccessToken(options: { readonly accessToken?: string } = {}): Promise<AccessToken> {
  if (options.accessToken !== undefined) return { token: options.accessToken };
  const { GoogleAuth } = await import('google-auth-library');
  try {
    const client = await new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] }).getClient();
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('the credentials gave no token');
    const expiresMs = client.credentials.expiry_date;
    return { token, ...(expiresMs ? { expiresMs } : {}) };
  } catch (cause) {
    throw new GkeError('UNAUTHENTICATED', 'could not get an access token of the application default credentials', {
      cause,
      hint: 'Run gcloud auth application-default login, or set CLOUDSDK_AUTH_ACCESS_TOKEN.',
    });
  }
}

/** What an exec plugin of kubectl prints. @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export function formatExecCredential({ token, expiresMs }: AccessToken): string {
  const expirationTimestamp = expiresMs === undefined ? undefined : new Date(expiresMs).toISOString();
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp },
  });
}
