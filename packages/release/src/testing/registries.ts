import { startSandbox } from '@seatrial/sandbox';
import { onTestFinished } from 'vitest';

/** Registry of the machine that tests may push to, with a path of their own. */
export const LAB_REGISTRY = process.env['SEATRIAL_REGISTRY'] ?? '127.0.0.1:5000/seatrial-test';

/** Whether a registry answers at that address. */
export async function isRegistryThere(registry: string): Promise<boolean> {
  const asked = fetch(`http://${registry.split('/')[0]}/v2/`, { signal: AbortSignal.timeout(2_000) });
  return asked.then(({ ok }) => ok).catch(() => false); // whatever keeps it from us: it is not there
}

/** A registry of the sandbox, for the running test. */
export async function sandboxRegistry(): Promise<string> {
  const sandbox = await startSandbox({ docker: 'off' });
  onTestFinished(() => sandbox.close());
  return sandbox.env['SEATRIAL_REGISTRY'] ?? '';
}
