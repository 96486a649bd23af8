import type { GkeCluster } from './cluster.js';

/** A node of Kubernetes, as far as it says whether it can be used. */
export interface NodeState {
  readonly name: string;
  readonly nodePool: string;
  /** Its condition Ready is True. */
  readonly ready: boolean;
  /** Why it is not ready, in the kubelet's words. */
  readonly reason?: string;
  /** `nvidia.com/gpu` that pods may have of it. */
  readonly gpus: number;
}

/** Reads a Node object of the Kubernetes API; `undefined` when it is none. */
export function parseNode(object: unknown): NodeState | undefined {
  const { metadata, status } = (object ?? {}) as {
    readonly metadata?: { readonly name?: unknown; readonly labels?: Readonly<Record<string, string>> };
    readonly status?: {
      readonly allocatable?: Readonly<Record<string, unknown>>;
      readonly conditions?: readonly Readonly<Record<string, unknown>>[] | null;
    } | null;
  };
  if (typeof metadata?.name !== 'string') return undefined;
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const texts = [condition?.['reason'], condition?.['message']].filter(
    (text) => typeof text === 'string' && text !== '',
  );
  const reason = texts.join(': ');
  // A quantity of whole things; text where it is sent by others than the API server.
  const gpus = Number(status?.allocatable?.['nvidia.com/gpu'] ?? 0);
  return {
    name: metadata.name,
    nodePool: metadata.labels?.['cloud.google.com/gke-nodepool'] ?? '',
    ready: condition?.['status'] === 'True',
    ...(reason === '' ? {} : { reason }),
    gpus: Number.isInteger(gpus) ? gpus : 0,
  };
}

/** What the nodes of a cluster still lack, a sentence each, the worst first. Empty when all that was asked for is there. */
export function missingNodes(cluster: Pick<GkeCluster, 'nodePools'>, nodes: readonly NodeState[]): readonly string[] {
  return cluster.nodePools.flatMap(({ name, wantedNodes, gpusPerNode }) => {
    const own = nodes.filter(({ nodePool }) => nodePool === name);
    const ready = own.filter((node) => node.ready && node.gpus >= gpusPerNode);
    if (ready.length >= wantedNodes) return [];
    const unready = own.filter((node) => !node.ready).map((node) => `node ${node.name} is not ready${because(node)}`);
    const withoutGpus = own
      .filter((node) => node.ready && node.gpus < gpusPerNode)
      .map((node) => `node ${node.name} has ${node.gpus} of ${gpusPerNode} nvidia.com/gpu allocatable`);
    const count = own.filter((node) => node.ready).length;
    const tooFew = count < wantedNodes ? [`node pool ${name} has ${count} of ${wantedNodes} nodes ready`] : [];
    return [...tooFew, ...unready, ...withoutGpus];
  });
}

function because({ reason }: NodeState): string {
  return reason === undefined ? '' : ` (${reason})`;
}
