const SECRET_NAME = /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|API_KEY|PRIVATE_KEY|CREDENTIALS_JSON)(?:_|$)/i;
const REPLACEMENT = '[redacted]';

/** Takes out of a text what must not be shown. */
export type Redact = (text: string) => string;

/**
 * Values of an environment that must not be shown, by the names of their variables.
 * Short ones are left out: replacing `1` or `true` everywhere would hide the log itself.
 */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 8 && SECRET_NAME.test(name) ? [value] : [],
  );
}

/** Replaces secrets as they are, and as they stand in JSON, XML, a URL and base64. */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((result, form) => result.replaceAll(form, REPLACEMENT), text);
}

function formsOf(secret: string): string[] {
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    xml,
    xml.replaceAll('"', '&quot;'),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ];
}
