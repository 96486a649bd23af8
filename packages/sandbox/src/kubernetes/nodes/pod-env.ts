import { resources } from '../controllers/resources.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { compareQuantities } from '../quantity.js';

/** What the pod refers to is not there (yet): the container waits with CreateContainerConfigError. */
export class ConfigError extends Error {
  static {
    this.prototype.name = 'ConfigError';
  }
}

/** What the environment is made from. */
export interface EnvSources {
  readonly api: KubeApi;
  readonly pod: KubeObject;
  readonly podIp: string;
  readonly hostIp: string;
  /** Allocatable of the node, for limits that are not set. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Where pods reach the API server. */
  readonly apiServer: { readonly host: string; readonly port: number };
}

/**
 * A container's environment: the API server's address, envFrom, then env, later ones winning.
 *
 * @throws {ConfigError} for a ConfigMap, Secret or key that is missing and not optional
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
 */
export function buildEnv(container: Fields, sources: EnvSources): Record<string, string> {
  const { pod, apiServer } = sources;
  const env: Record<string, string> = {
    HOSTNAME: pod.spec?.['hostname'] ?? pod.metadata.name ?? '',
    KUBERNETES_SERVICE_HOST: apiServer.host,
    KUBERNETES_SERVICE_PORT: String(apiServer.port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(apiServer.port),
  };
  for (const source of (container['envFrom'] ?? []) as Fields[]) Object.assign(env, readAll(source, sources));
  for (const entry of (container['env'] ?? []) as Fields[]) {
    const name = String(entry['name']);
    const value =
      entry['valueFrom'] === undefined
        ? expand(entry['value'] ?? '', env)
        : readOne(entry['valueFrom'], container, sources);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Replaces `$(NAME)` where NAME is known; `$$(NAME)` stands for `$(NAME)`. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? (env[name] ?? '') : whole;
  });
}

function readAll({ prefix = '', configMapRef, secretRef }: Fields, { api, pod }: EnvSources): Record<string, string> {
  const data =
    configMapRef === undefined
      ? secretData(api, pod, secretRef?.name, secretRef?.optional === true)
      : configMapData(api, pod, configMapRef.name, configMapRef.optional === true);
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value.toString('utf8')]),
  );
}

function readOne(from: Fields, container: Fields, sources: EnvSources): string | undefined {
  const { api, pod } = sources;
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = from;
  if (fieldRef !== undefined) return fieldOf(sources, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) return resourceOf(resourceFieldRef, container, sources);
  const [kind, ref, data] =
    configMapKeyRef === undefined
      ? ['Secret', secretKeyRef, secretData(api, pod, secretKeyRef.name, secretKeyRef.optional === true)]
      : [
          'ConfigMap',
          configMapKeyRef,
          configMapData(api, pod, configMapKeyRef.name, configMapKeyRef.optional === true),
        ];
  const value = data?.[ref.key];
  if (value === undefined && ref.optional !== true) {
    throw new ConfigError(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name}`);
  }
  return value?.toString('utf8');
}

/** The bytes of a ConfigMap by key; `undefined` when it is missing and optional. @throws {ConfigError} */
export function configMapData(
  api: KubeApi,
  pod: KubeObject,
  name: string,
  optional: boolean,
): Record<string, Buffer> | undefined {
  const found = api.get(resources.configMaps, pod.metadata.namespace, name);
  if (found === undefined && !optional) throw new ConfigError(`configmap ${JSON.stringify(name)} not found`);
  if (found === undefined) return undefined;
  return {
    ...mapValues(found['data'], (text) => Buffer.from(text, 'utf8')),
    ...mapValues(found['binaryData'], (text) => Buffer.from(text, 'base64')),
  };
}

/** The bytes of a Secret by key; `undefined` when it is missing and optional. @throws {ConfigError} */
export function secretData(
  api: KubeApi,
  pod: KubeObject,
  name: string,
  optional: boolean,
): Record<string, Buffer> | undefined {
  const found = api.get(resources.secrets, pod.metadata.namespace, name);
  if (found === undefined && !optional) throw new ConfigError(`secret ${JSON.stringify(name)} not found`);
  return found === undefined ? undefined : mapValues(found['data'], (text) => Buffer.from(text, 'base64'));
}

function mapValues(data: Record<string, string> | undefined, map: (text: string) => Buffer): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, text]) => [key, map(text)]));
}

/** A field of the pod as the downward API gives it; maps are one `key="value"` a line. */
export function fieldOf({ pod, podIp, hostIp }: EnvSources, path: string): string {
  const { metadata, spec = {} } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed !== null) return metadata[keyed[1] as 'labels']?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
    case 'metadata.namespace':
    case 'metadata.uid':
      return metadata[path.slice('metadata.'.length) as 'name'] ?? '';
    case 'metadata.labels':
    case 'metadata.annotations':
      return Object.entries(metadata[path.slice('metadata.'.length) as 'labels'] ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join('\n');
    case 'spec.nodeName':
      return spec['nodeName'] ?? '';
    case 'spec.serviceAccountName':
      return spec['serviceAccountName'] ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIp;
    case 'status.podIP':
    case 'status.podIPs':
      return podIp;
    default:
      throw new ConfigError(`unsupported fieldPath: ${path}`);
  }
}

/** A request or limit of a container in units of the divisor, rounded up; what is not set is the node's. */
export function resourceOf(ref: Fields, own: Fields, { pod, allocatable }: EnvSources): string {
  const all: Fields[] = [...(pod.spec?.['containers'] ?? []), ...(pod.spec?.['initContainers'] ?? [])];
  const container = ref['containerName'] === undefined ? own : all.find(({ name }) => name === ref['containerName']);
  if (container === undefined) throw new ConfigError(`container ${ref['containerName']} not found`);
  const [kind = '', name = ''] = String(ref['resource']).split(/\.(.*)/s, 2);
  const given: string | undefined = container['resources']?.[kind]?.[name];
  const value = given ?? (kind === 'limits' ? (allocatable[name] ?? '0') : '0');
  const divisor = !ref['divisor'] || ref['divisor'] === '0' ? '1' : String(ref['divisor']);
  return String(Math.ceil(ratio(value, divisor)));
}

function ratio(value: string, divisor: string): number {
  const numeric = (text: string): number => {
    const match = /^([\d.]+)([a-zA-Z]*)$/.exec(text);
    const factor: Record<string, number> = {
      '': 1,
      m: 1e-3,
      u: 1e-6,
      n: 1e-9,
      k: 1e3,
      M: 1e6,
      G: 1e9,
      T: 1e12,
      P: 1e15,
      E: 1e18,
      Ki: 2 ** 10,
      Mi: 2 ** 20,
      Gi: 2 ** 30,
      Ti: 2 ** 40,
      Pi: 2 ** 50,
      Ei: 2 ** 60,
    };
    return Number(match?.[1] ?? 0) * (factor[match?.[2] ?? ''] ?? 1);
  };
  return compareQuantities(divisor, '0') === 0 ? 0 : numeric(value) / numeric(divisor);
}
