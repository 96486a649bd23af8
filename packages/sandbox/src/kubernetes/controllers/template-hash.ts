// Vowels, and what looks like them, are left out so that no words appear. Same list as in k8s.io/apimachinery rand.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Hash of a pod template as it is seen in names and in `pod-template-hash`: 8 to 10 of `bcdf456789`. The same template
 * and collision count give the same hash; the values are not those of the Go implementation.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
 */
export function templateHash(template: unknown, collisionCount = 0): string {
  const text = `${stableJson(template)}${collisionCount === 0 ? '' : collisionCount}`;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // Names of less than 8 characters would stand out; Go pads nothing, but its hashes are rarely that small.
  const digits = String(hash).padStart(8, '1');
  return [...digits].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** JSON with sorted members and without those that are `undefined` or `null`. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null) return undefined;
    if (typeof member !== 'object' || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
