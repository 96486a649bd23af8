import type { protos } from '@google-cloud/container';
import { gpuMachineType } from './gpu-machines.js';
import { mergeFields } from './merge-fields.js';
import type { ClusterRequest, NodePoolBody, NodePoolRequest } from './request.js';

/** The pools of a request, in its order, those of accelerators last. */
export function poolRequests(request: ClusterRequest): readonly NodePoolRequest[] {
  const { nodePools = [{ name: 'default' }], accelerators = [] } = request;
  const gpuPools = accelerators.map(({ machineType, nodeCount = 1, ...accelerator }, index) => ({
    name: index === 0 ? 'gpu' : `gpu-${index + 1}`,
    nodeCount,
    accelerator,
    machineType: machineType ?? gpuMachineType(accelerator.type, accelerator.count),
  }));
  return [...nodePools, ...gpuPools];
}

/** The pools as the API takes them. */
export function buildNodePools(request: ClusterRequest): NodePoolBody[] {
  return poolRequests(request).map((pool) => {
    const body: NodePoolBody = {
      name: pool.name,
      initialNodeCount: pool.nodeCount ?? request.nodeCount ?? 1,
      // A release channel demands both.
      management: { autoRepair: true, autoUpgrade: true },
      config: nodeConfig(pool, request),
    };
    return mergeFields(body, pool.overrides ?? {}) as NodePoolBody;
  });
}

function nodeConfig(pool: NodePoolRequest, request: ClusterRequest): protos.google.container.v1.INodeConfig {
  const { accelerator, nodeLabels, taints } = pool;
  const { workloadIdentity = true } = request;
  const machineType =
    pool.machineType ??
    (accelerator === undefined ? request.machineType : gpuMachineType(accelerator.type, accelerator.count));
  const serviceAccount = pool.serviceAccount ?? request.serviceAccount;
  const maxRunDurationSeconds = pool.maxRunDurationSeconds ?? request.maxRunDurationSeconds;
  const oauthScopes = pool.oauthScopes ?? request.oauthScopes ?? ['https://www.googleapis.com/auth/cloud-platform'];
  return {
    machineType: machineType ?? 'e2-standard-4',
    diskSizeGb: pool.diskSizeGb ?? request.diskSizeGb ?? 50,
    diskType: pool.diskType ?? request.diskType ?? 'pd-balanced',
    imageType: pool.imageType ?? request.imageType ?? 'COS_CONTAINERD',
    oauthScopes: [...oauthScopes],
    resourceLabels: { ...request.labels },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    ...(workloadIdentity ? { workloadMetadataConfig: { mode: 'GKE_METADATA' as const } } : {}),
    ...((pool.spot ?? request.spot) === true ? { spot: true } : {}),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(maxRunDurationSeconds === undefined ? {} : { maxRunDuration: { seconds: maxRunDurationSeconds } }),
    ...(nodeLabels === undefined ? {} : { labels: { ...nodeLabels } }),
    ...(taints === undefined ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
    ...(accelerator === undefined
      ? {}
      : {
          accelerators: [
            {
              acceleratorCount: String(accelerator.count),
              acceleratorType: accelerator.type,
              // Older versions install none when it is left out, and no pod ever gets the GPU.
              gpuDriverInstallationConfig: { gpuDriverVersion: accelerator.driver ?? ('LATEST' as const) },
            },
          ],
        }),
  };
}
