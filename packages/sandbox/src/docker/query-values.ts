import { DockerError } from './docker-error.js';

/** A boolean of a query, as the engine reads it. */
export function isTrue(text: string | null | undefined): boolean {
  return text !== null && text !== undefined && !['', '0', 'no', 'false', 'none'].includes(text.toLowerCase());
}

/** A JSON object in a query. @throws {DockerError} 400 */
export function readMap(text: string | null, name: string): Record<string, string | null> {
  if (text === null || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, string | null>;
    if (value === null) return {};
  } catch {
    // answered below, as any other wrong value
  }
  throw new DockerError(400, `error reading ${name}: not a JSON object`);
}

/** The registry's `Authorization` from `X-Registry-Auth`; anonymous without a user. */
export function readAuth(header: string): string | undefined {
  try {
    const { username, password } = JSON.parse(Buffer.from(header, 'base64').toString('utf8') || '{}') as {
      username?: string;
      password?: string;
    };
    return username ? `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` : undefined;
  } catch {
    return undefined; // the engine takes it for anonymous, too
  }
}
