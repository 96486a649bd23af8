import type { PrepareContext } from '../defaults/prepare.js';
import { forbidden } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';

const subject = { group: '', resource: 'pods', kind: 'Pod' };
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * What admission does to a new pod, in place: its service account with the token volume, its priority, and the
 * tolerations that keep it for five minutes on a node that is gone.
 *
 * @throws {ApiError} 403 when the service account or the priority class is missing
 */
export function admitPod(pod: KubeObject, context: PrepareContext): void {
  const spec = (pod.spec ??= {});
  admitServiceAccount(pod, spec, context);
  admitPriority(pod, spec, context);
  admitTolerations(spec);
}

function admitServiceAccount(pod: KubeObject, spec: Fields, context: PrepareContext): void {
  const name = (spec['serviceAccountName'] ??= 'default');
  spec['serviceAccount'] = name;
  const namespace = pod.metadata.namespace ?? '';
  const account = context.store.get('serviceaccounts.', namespace, name);
  if (account === undefined) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw forbidden(subject, pod.metadata.name ?? '', why);
  }
  if (spec['imagePullSecrets'] === undefined && account['imagePullSecrets'] !== undefined) {
    spec['imagePullSecrets'] = structuredClone(account['imagePullSecrets']);
  }
  const mounts = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true;
  if (mounts) addToken(spec, context);
}

function addToken(spec: Fields, context: PrepareContext): void {
  const containers: Fields[] = [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])];
  const without = containers.filter(
    ({ volumeMounts = [] }) => !volumeMounts.some((mount: Fields) => mount['mountPath'] === TOKEN_PATH),
  );
  if (without.length === 0) return;
  const bytes = Buffer.from(context.newId().replaceAll('-', ''), 'hex');
  const suffix = [...bytes.subarray(0, 5)].map((byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');
  const name = `kube-api-access-${suffix}`;
  for (const container of without) {
    container['volumeMounts'] = [...(container['volumeMounts'] ?? []), { name, readOnly: true, mountPath: TOKEN_PATH }];
  }
  const token = { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } };
  const ca = { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
  const namespace = {
    downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
  };
  const volume = { name, projected: { sources: [token, ca, namespace], defaultMode: 420 } };
  spec['volumes'] = [...(spec['volumes'] ?? []), volume];
}

const systemPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function admitPriority(pod: KubeObject, spec: Fields, { store }: PrepareContext): void {
  const name: string | undefined = spec['priorityClassName'];
  const global = store.list('priorityclasses.scheduling.k8s.io').find((other) => other['globalDefault'] === true);
  const found = name === undefined ? global : store.get('priorityclasses.scheduling.k8s.io', undefined, name);
  if (name !== undefined && found === undefined && systemPriorities[name] === undefined) {
    throw forbidden(subject, pod.metadata.name ?? '', `no PriorityClass with name ${name} was found`);
  }
  if (name === undefined && found !== undefined) spec['priorityClassName'] = found.metadata.name;
  spec['priority'] = found?.['value'] ?? systemPriorities[name ?? ''] ?? 0;
  spec['preemptionPolicy'] ??= found?.['preemptionPolicy'] ?? 'PreemptLowerPriority';
}

/** Tolerations of not ready and unreachable nodes for five minutes, unless the pod says otherwise; in place. */
export function admitTolerations(spec: Fields): void {
  const tolerations: Fields[] = [...(spec['tolerations'] ?? [])];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerated = tolerations.some(
      ({ key: own, effect, operator }) =>
        (own === key || (own === undefined && operator === 'Exists')) &&
        (effect === 'NoExecute' || effect === undefined),
    );
    if (!tolerated) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec['tolerations'] = tolerations;
}
