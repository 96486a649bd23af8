/** Whether a registry is Container Registry or Artifact Registry, which take Google's access tokens. */
export function isGoogleRegistry(registry: string): boolean {
  return /^(?:(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)$/.test(registry);
}

/**
 * Google's default login as an access token: `CLOUDSDK_AUTH_ACCESS_TOKEN`, else the application default credentials (a file, or
 * the machine's own service account). Undefined when there is none: public repositories can be read without.
 */
export function createGoogleToken(
  env: Readonly<Record<string, string | undefined>>,
): () => Promise<string | undefined> {
  return async () => {
    const given = env['CLOUDSDK_AUTH_ACCESS_TOKEN'];
    if (given) return given;
    const { GoogleAuth } = await import('google-auth-library');
    const keyFilename = env['GOOGLE_APPLICATION_CREDENTIALS'];
    const auth = new GoogleAuth({
      scopes: 'https://www.googleapis.com/auth/cloud-platform',
      ...(keyFilename ? { keyFilename } : {}),
    });
    try {
      return (await auth.getAccessToken()) ?? undefined;
    } catch (error) {
      if (keyFilename) throw error;
      return undefined; // no default login on this machine: the registry says whether one is needed
    }
  };
}
