import type { Clock } from '../clock.js';
import type { Faults } from '../faults.js';
import { serveGrpc } from '../grpc/serve-grpc.js';
import type { Listening } from '../http/listen.js';
import type { ClusterManager } from './cluster-manager.js';

/**
 * Serves `google.container.v1.ClusterManager` over gRPC without TLS.
 *
 * @throws {SandboxError} `PORT_IN_USE`
 */
export async function serveGke(
  manager: ClusterManager,
  options: { readonly port: number; readonly faults: Faults; readonly clock?: Clock },
): Promise<Listening> {
  const { close: _close, whenIdle: _whenIdle, ...rpcs } = manager;
  return serveGrpc(
    {
      api: 'gke',
      name: 'google.container.v1.ClusterManager',
      protos: '@google-cloud/container/build/protos/protos.json',
      loaded: ['container', 'v1'],
      rpcs,
    },
    options,
  );
}
