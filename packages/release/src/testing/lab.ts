import { existsSync } from 'node:fs';
import { env } from 'node:process';
import { createDocker, DEFAULT_HOST, type DockerEngine } from '../image/engine.js';
import { isRegistryThere, LAB_REGISTRY } from './registries.js';

export { LAB_REGISTRY } from './registries.js';

const host = env['DOCKER_HOST'] ?? (existsSync(DEFAULT_HOST.slice('unix://'.length)) ? DEFAULT_HOST : undefined);
const docker = host === undefined ? undefined : await createDocker({ host });
const answers = async (ask: Promise<unknown> | undefined) =>
  ask !== undefined && (await ask.then(() => true).catch(() => false)); // whatever keeps it from us: it is not there
const isThere = (await answers(docker?.ping())) && (await isRegistryThere(LAB_REGISTRY));
/** `npm run integration` is for these tests: there, a missing engine is a failure. */
const isRequired = (import.meta as { readonly env?: { readonly MODE?: string } }).env?.MODE === 'integration';

/** Shown where the tests are skipped, so that nobody takes them for passed. */
export const LAB_TITLE = `Docker Engine at ${host ?? '(none)'} with the registry ${LAB_REGISTRY}${isThere ? '' : ' (NOT THERE)'}`;
export const isLabSkipped = !isThere && !isRequired;

/** An image with a shell, in that registry. */
export const LAB_BASE = env['SEATRIAL_BASE_IMAGE'] ?? `${LAB_REGISTRY.split('/')[0] ?? ''}/busybox:1`;

/** The real engine. */
export function labEngine(): DockerEngine {
  if (!isThere && isRequired) throw new Error(`${LAB_TITLE}: start both, or set DOCKER_HOST and SEATRIAL_REGISTRY`);
  return docker as DockerEngine;
}
