import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DEFAULT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
// The kubelet replaces a token at 80 % of its life, of one hour at least: a minute-old copy is always good.
const TOKEN_AGE_MS = 60_000;

/**
 * Where the API server is and how to be let in, as a pod is told.
 *
 * `KUBERNETES_SERVICEACCOUNT_DIR` names the folder of the service account for processes that have no mounts.
 *
 * @throws {Error} when this is not a pod: a variable or the CA is missing
 */
export async function readInClusterConfig(env, now = Date.now) {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port)
    throw new Error('not in a cluster: KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT is not set');
  const folder = env.KUBERNETES_SERVICEACCOUNT_DIR || DEFAULT_FOLDER;
  const ca = await readFile(join(folder, 'ca.crt'), 'utf8');
  const token = createToken(() => readFile(join(folder, 'token'), 'utf8'), now);
  return { host, port: Number(port), ca, token, folder };
}

/** Namespace that the pod runs in. */
export async function readOwnNamespace(folder) {
  return (await readFile(join(folder, 'namespace'), 'utf8')).trim();
}

/** The token, read anew once a minute, and at once after `drop()`. */
export function createToken(read, now = Date.now) {
  let text;
  let readMs = 0;
  return {
    async get() {
      if (text === undefined || now() - readMs > TOKEN_AGE_MS) {
        readMs = now();
        text = (await read()).trim();
      }
      return text;
    },
    drop() {
      text = undefined;
    },
  };
}
