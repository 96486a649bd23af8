/** Replaces secrets in a text: as they are, in base64, and as HTTP basic credentials. Also a password within a URL. */
export function createRedactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = secrets
    .filter((secret): secret is string => secret !== undefined && secret !== '')
    .flatMap((secret) => [
      basicCredentials(secret),
      Buffer.from(secret).toString('base64'),
      encodeURIComponent(secret),
      secret,
    ]);
  return (text) => {
    let redacted = text.replace(/(\/\/)[^/\s@]+@/g, '$1***@');
    for (const form of forms) redacted = redacted.replaceAll(form, '***');
    return redacted;
  };
}

/** What GitHub takes for a token in HTTP basic authentication. */
export function basicCredentials(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64');
}
