import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeServer, KubeServerOptions } from '../server.js';
import { createKubeServer } from '../server.js';

/** An API server that listens on a free port of loopback. For tests only. */
export interface ServedKube {
  readonly kube: KubeServer;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  stop(): void;
}

/** @param options.clock @default one that stands still at the beginning of 2026 */
export async function serveKube(options: Partial<KubeServerOptions> = {}): Promise<ServedKube> {
  const clock = { now: () => Date.UTC(2026, 0, 1), sleep: () => Promise.resolve() };
  const kube = createKubeServer({ clock, newId: randomUUID, ...options });
  const server = createServer(kube.listener).on('upgrade', kube.upgradeListener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    kube,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      kube.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
