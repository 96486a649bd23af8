import { isApiError } from '../kube-api.js';
import type { KubeApi, KubeObject } from '../kube-api.js';
import { controllerOf, controllerReference } from './ownership.js';
import { resources } from './resources.js';
import { stableJson, templateHash } from './template-hash.js';

const MANAGER = 'kube-controller-manager';

/** The revisions of a StatefulSet or DaemonSet, oldest first. */
export function revisionsOf(api: KubeApi, owner: KubeObject): KubeObject[] {
  const { namespace } = owner.metadata;
  return api
    .list(resources.controllerRevisions, namespace === undefined ? {} : { namespace })
    .filter((revision) => controllerOf(revision)?.uid === owner.metadata.uid)
    .sort((a, b) => Number(a['revision']) - Number(b['revision']));
}

/**
 * The revision of the owner's present template, made where there is none. One that was used before becomes the newest.
 *
 * @param hashLabel Label that carries the hash.
 */
export function ensureRevision(api: KubeApi, owner: KubeObject, hashLabel: string): KubeObject {
  const revisions = revisionsOf(api, owner);
  const template = { ...structuredClone(owner.spec?.['template']), $patch: 'replace' };
  const data = { spec: { template } };
  const number = Number(revisions.at(-1)?.['revision'] ?? 0) + 1;
  const known = revisions.find((revision) => stableJson(revision['data']) === stableJson(data));
  const { namespace, name = '' } = owner.metadata;
  if (known !== undefined) {
    if (known === revisions.at(-1)) return known;
    const renewed = api.modify(
      resources.controllerRevisions,
      namespace,
      known.metadata.name ?? '',
      (draft) => {
        draft['revision'] = number;
      },
      { manager: MANAGER },
    );
    return renewed ?? known;
  }
  const hash = templateHash(template, owner.status?.['collisionCount']);
  return api.create(
    resources.controllerRevisions,
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...owner.spec?.['template']?.metadata?.labels, [hashLabel]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: number,
    },
    { manager: MANAGER },
  );
}

/** Deletes the oldest revisions that are not in use, beyond the owner's history limit. */
export function forgetRevisions(api: KubeApi, owner: KubeObject, used: ReadonlySet<string>): void {
  const idle = revisionsOf(api, owner).filter(({ metadata }) => !used.has(metadata.name ?? ''));
  const limit: number = owner.spec?.['revisionHistoryLimit'] ?? 10;
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    try {
      api.delete(resources.controllerRevisions, metadata.namespace, metadata.name ?? '');
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone already
    }
  }
}
