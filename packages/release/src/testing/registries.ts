import { env } from 'node:process';

/** Registry of the machine that tests may push to, with a path of their own. */
export const LAB_REGISTRY = env['SEATRIAL_REGISTRY'] ?? '127.0.0.1:5000/seatrial-test';

/** Whether a registry answers at that address. */
export async function isRegistryThere(registry: string): Promise<boolean> {
  const asked = fetch(`http://${registry.split('/')[0]}/v2/`, { signal: AbortSignal.timeout(2_000) });
  return asked.then(({ ok }) => ok).catch(() => false); // whatever keeps it from us: it is not there
}
