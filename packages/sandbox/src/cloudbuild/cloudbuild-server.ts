import type { Clock } from '../clock.js';
import type { Faults } from '../faults.js';
import { serveGrpc } from '../grpc/serve-grpc.js';
import type { Listening } from '../http/listen.js';
import type { CloudBuilds } from './cloud-builds.js';

/**
 * Serves `google.devtools.cloudbuild.v1.CloudBuild` over gRPC without TLS.
 *
 * @throws {SandboxError} `PORT_IN_USE`
 */
export async function serveCloudBuild(
  builds: CloudBuilds,
  options: { readonly port: number; readonly faults: Faults; readonly clock?: Clock },
): Promise<Listening> {
  const { close: _close, whenIdle: _whenIdle, ...rpcs } = builds;
  return serveGrpc(
    {
      api: 'cloudbuild',
      name: 'google.devtools.cloudbuild.v1.CloudBuild',
      protos: '@google-cloud/cloudbuild/build/protos/protos.json',
      loaded: ['devtools', 'cloudbuild', 'v1'],
      rpcs,
    },
    options,
  );
}
