/**
 * The operator as a process. Settings are environment variables:
 *
 * - `WATCH_NAMESPACE`: the only namespace to look at; all of them when empty
 * - `HEALTH_PORT`: port of /healthz and /readyz, 0 for any; no endpoint when empty
 * - `LOG_LEVEL`: debug, info (default), warn, error
 * - what every pod gets (`KUBERNETES_SERVICE_HOST`, …), and `KUBERNETES_SERVICEACCOUNT_DIR` for processes without mounts
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startHealthServer } from './health-server.js';
import { readInClusterConfig } from './in-cluster.js';
import { createKubeClient } from './kube-client.js';
import { createLog } from './log.js';
import { createOperator } from './operator.js';

const { env } = process;
const log = createLog({ write: (text) => process.stdout.write(text), level: env.LOG_LEVEL || 'info' });
const controller = new AbortController();
for (const name of ['SIGTERM', 'SIGINT']) {
  process.once(name, () => {
    log.info('stopping', { signal: name });
    controller.abort();
  });
}

// A pause ends early, and without an error, when the process is told to stop.
const sleep = (ms, signal) => delay(ms, undefined, { signal }).catch(() => {});

try {
  const client = createKubeClient(await readInClusterConfig(env));
  const namespace = env.WATCH_NAMESPACE || undefined;
  const operator = createOperator({ client, namespace, log, sleep });
  const health = env.HEALTH_PORT
    ? await startHealthServer({ port: Number(env.HEALTH_PORT), isReady: () => operator.ready, log })
    : undefined;
  log.info('started', { node: process.version, namespace: namespace ?? '(all)', api: env.KUBERNETES_SERVICE_HOST });
  await operator.run(controller.signal);
  health?.close();
  client.close();
  log.info('stopped');
} catch (error) {
  log.error('cannot run', { error: error.message });
  process.exitCode = 1;
}
