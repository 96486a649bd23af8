import { formatMicroTime, formatTime } from '../controllers/kube-time.js';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';

/** A taint of a node. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** A node of the cluster. */
export interface NodeSpec {
  readonly name: string;
  /** Beside `kubernetes.io/hostname`, `kubernetes.io/os` and `kubernetes.io/arch`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Quantities by resource; others may be added, as `nvidia.com/gpu`. @default cpu 4, memory 16Gi, pods 110 */
  readonly capacity?: Readonly<Record<string, string>>;
  /** InternalIP. @default '127.0.0.1' */
  readonly address?: string;
  /** `kubernetes.io/arch`. @default 'amd64' */
  readonly architecture?: string;
  /** Shown by `kubectl get nodes`. @default 'v1.34.0' */
  readonly kubeletVersion?: string;
}

const CAPACITY = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };

/** What pods may use of a node: all it has. */
export function capacityOf(node: NodeSpec): Record<string, string> {
  return { ...CAPACITY, ...node.capacity };
}

/** The Node object of a node that is ready. */
export function nodeObject(node: NodeSpec, nowMs: number): KubeObject {
  const { name, address = '127.0.0.1', architecture = 'amd64', kubeletVersion = 'v1.34.0', taints = [] } = node;
  const now = formatTime(nowMs);
  const condition = (type: string, status: string, reason: string, message: string): Fields => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': architecture,
        ...node.labels,
      },
    },
    spec: {
      providerID: `sandbox://${name}`,
      ...(taints.length === 0 ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
    },
    status: {
      capacity: capacityOf(node),
      allocatable: capacityOf(node),
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture,
        bootID: '',
        containerRuntimeVersion: 'sandbox://1.0.0',
        kernelVersion: '',
        kubeProxyVersion: kubeletVersion,
        kubeletVersion,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Seatrial sandbox',
        systemUUID: '',
      },
    },
  };
}

/** Makes the Node and its Lease, or takes over those that are there. */
export function registerNode(api: KubeApi, node: NodeSpec, nowMs: number): void {
  const object = nodeObject(node, nowMs);
  if (api.get(resources.nodes, undefined, node.name) === undefined) {
    api.create(resources.nodes, object, { manager: 'kubelet' });
  }
  api.modify(
    resources.nodes,
    undefined,
    node.name,
    (draft) => {
      draft.status = object.status ?? {};
    },
    { subresource: 'status', manager: 'kubelet' },
  );
  const namespace = 'kube-node-lease';
  if (api.get(resources.namespaces, undefined, namespace) === undefined) return;
  if (api.get(resources.leases, namespace, node.name) !== undefined) return;
  api.create(
    resources.leases,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: node.name, namespace },
      spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime: formatMicroTime(nowMs) },
    },
    { manager: 'kubelet' },
  );
}
