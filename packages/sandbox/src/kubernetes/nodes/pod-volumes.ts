import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Mount } from './container-runtime.js';
import { ConfigError, configMapData, expand, fieldOf, resourceOf, secretData } from './pod-env.js';
import type { EnvSources } from './pod-env.js';

/** What is asked of whoever signs tokens. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
  readonly pod: { readonly name: string; readonly uid: string };
}

/** What volumes are made from. */
export interface VolumeSources extends EnvSources {
  /** Folder of the pod's volumes. */
  readonly dir: string;
  /** Folder of persistent volumes, by name of the volume. */
  readonly persistentDir: string;
  readonly issueToken: (request: TokenRequest) => string;
  /** PEM of the API server's authority; stands in for a missing ConfigMap `kube-root-ca.crt`. */
  readonly caCertificate: () => string;
}

/** A volume cannot be set up now. */
export class MountError extends Error {
  static {
    this.prototype.name = 'MountError';
  }
  readonly volume: string;

  constructor(volume: string, why: string) {
    super(`MountVolume.SetUp failed for volume ${JSON.stringify(volume)} : ${why}`);
    this.volume = volume;
  }
}

/**
 * Lays out all volumes of the pod as folders below `dir`; done again, it refreshes those made from objects.
 *
 * @throws {MountError} for the first one whose object is missing
 */
export async function layOutVolumes(sources: VolumeSources): Promise<void> {
  for (const volume of (sources.pod.spec?.['volumes'] ?? []) as Fields[]) {
    const name = String(volume['name']);
    try {
      await layOut(volume, sources);
    } catch (error) {
      if (error instanceof ConfigError) throw new MountError(name, error.message);
      throw error;
    }
  }
}

/** Does the pod have a volume made from this object? */
export function usesObject(pod: KubeObject, kind: 'ConfigMap' | 'Secret', name: string): boolean {
  const refers = ({ configMap, secret, projected }: Fields): boolean =>
    (kind === 'ConfigMap' ? configMap?.name === name : (secret?.secretName ?? secret?.name) === name) ||
    (projected?.sources ?? []).some(refers);
  return ((pod.spec?.['volumes'] ?? []) as Fields[]).some(refers);
}

/** Where the folder of a volume is. */
export function volumeFolder(volume: Fields, { dir, persistentDir, api, pod }: VolumeSources): string {
  const claim: string | undefined = volume['persistentVolumeClaim']?.claimName;
  if (claim !== undefined) {
    const found = api.get(resources.persistentVolumeClaims, pod.metadata.namespace, claim);
    const bound: string | undefined = found?.spec?.['volumeName'];
    if (bound === undefined) throw new ConfigError(`persistentvolumeclaim ${JSON.stringify(claim)} is not bound`);
    return join(persistentDir, bound);
  }
  return join(dir, String(volume['name']));
}

/** The mounts of a container. @throws {ConfigError} for a volume that is not in the pod */
export function mountsOf(container: Fields, env: Readonly<Record<string, string>>, sources: VolumeSources): Mount[] {
  const volumes: Fields[] = sources.pod.spec?.['volumes'] ?? [];
  return ((container['volumeMounts'] ?? []) as Fields[]).map(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
    const volume = volumes.find((candidate) => candidate['name'] === name);
    if (volume === undefined) throw new ConfigError(`volume ${JSON.stringify(name)} not found`);
    const path = subPathExpr === undefined ? (subPath ?? '') : expand(subPathExpr, env);
    if (normalize(`/${path}`) !== join('/', path))
      throw new ConfigError(`subPath ${JSON.stringify(path)} leaves its volume`);
    return { source: join(volumeFolder(volume, sources), path), mountPath, readOnly: readOnly === true };
  });
}

async function layOut(volume: Fields, sources: VolumeSources): Promise<void> {
  const folder = volumeFolder(volume, sources);
  await mkdir(folder, { recursive: true });
  const files = filesOf(volume, sources);
  for (const [path, { content, mode }] of files) await writeWhole(join(folder, path), content, mode);
}

interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

function filesOf(volume: Fields, sources: VolumeSources): Map<string, VolumeFile> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const files = new Map<string, VolumeFile>();
  const all: Fields[] = projected?.sources ?? [{ configMap, secret, downwardAPI }];
  const mode: number = (projected ?? configMap ?? secret ?? downwardAPI)?.defaultMode ?? 0o644;
  for (const source of all) {
    for (const [path, file] of sourceFiles(source, mode, sources)) {
      if (normalize(`/${path}`) !== `/${path}`) throw new ConfigError(`path ${JSON.stringify(path)} leaves its volume`);
      files.set(path, file);
    }
  }
  return files;
}

function sourceFiles(source: Fields, mode: number, sources: VolumeSources): [string, VolumeFile][] {
  const { api, pod } = sources;
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) {
    const { name, items, optional } = configMap;
    const standIn =
      name === 'kube-root-ca.crt' && api.get(resources.configMaps, pod.metadata.namespace, name) === undefined;
    const data = standIn
      ? { 'ca.crt': Buffer.from(sources.caCertificate()) }
      : configMapData(api, pod, name, optional === true);
    return pick(data ?? {}, items, mode, optional === true);
  }
  if (secret !== undefined) {
    const { items, optional } = secret;
    const data = secretData(api, pod, secret.secretName ?? secret.name, optional === true);
    return pick(data ?? {}, items, mode, optional === true);
  }
  if (serviceAccountToken !== undefined) {
    const { path, audience, expirationSeconds = 3_600 } = serviceAccountToken;
    const token = sources.issueToken({
      namespace: pod.metadata.namespace ?? '',
      serviceAccount: pod.spec?.['serviceAccountName'] ?? 'default',
      audience,
      expirationSeconds,
      pod: { name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
    });
    return [[path, { content: Buffer.from(token), mode }]];
  }
  return ((downwardAPI?.items ?? []) as Fields[]).map(({ path, fieldRef, resourceFieldRef, mode: own }) => {
    const text =
      fieldRef === undefined ? resourceOf(resourceFieldRef, {}, sources) : fieldOf(sources, fieldRef.fieldPath);
    return [path, { content: Buffer.from(text), mode: own ?? mode }];
  });
}

function pick(
  data: Readonly<Record<string, Buffer>>,
  items: readonly Fields[] | undefined,
  mode: number,
  optional: boolean,
): [string, VolumeFile][] {
  if (items === undefined) return Object.entries(data).map(([key, content]) => [key, { content, mode }]);
  return items.flatMap(({ key, path, mode: own }): [string, VolumeFile][] => {
    const content = data[key];
    if (content !== undefined) return [[path, { content, mode: own ?? mode }]];
    if (optional) return [];
    throw new ConfigError(`references non-existent config key: ${key}`);
  });
}

/** Replaced as a whole, so that no reader sees half a file. */
async function writeWhole(path: string, content: Buffer, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await writeFile(temporary, content, { mode: 0o600 });
  await chmod(temporary, mode & 0o777);
  await rename(temporary, path);
}
