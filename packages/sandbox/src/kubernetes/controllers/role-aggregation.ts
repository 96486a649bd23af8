import { isEqual } from '../equal.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { matchesSelector } from './label-selector.js';
import { resources } from './resources.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'clusterrole-aggregation-controller';

/** Fills ClusterRoles that are made of others with the rules of those that carry the labels asked for. */
export const startRoleAggregation: Controller = ({ api, clock, logger }) => {
  const queue = createWorkQueue({ name: 'role aggregation', clock, logger, sync });
  const stop = api.watch(resources.clusterRoles, () => {
    for (const { metadata, ...role } of api.list(resources.clusterRoles)) {
      if (role['aggregationRule']) queue.add(metadata.name ?? '');
    }
  });
  return () => {
    stop();
    queue.stop();
  };

  function sync(name: string): void {
    const role = api.get(resources.clusterRoles, undefined, name);
    const selectors = ((role?.['aggregationRule'] as Fields | undefined)?.['clusterRoleSelectors'] ?? []) as Fields[];
    if (role === undefined || selectors.length === 0) return;
    const rules: unknown[] = [];
    for (const other of api.list(resources.clusterRoles)) {
      if (other.metadata.name === name || !isWanted(other, selectors)) continue;
      for (const rule of (other['rules'] ?? []) as unknown[]) {
        if (!rules.some((known) => isEqual(known, rule))) rules.push(rule);
      }
    }
    if (isEqual(rules, role['rules'] ?? [])) return;
    const change = (draft: KubeObject): void => void (draft['rules'] = structuredClone(rules));
    api.modify(resources.clusterRoles, undefined, name, change, { manager: MANAGER });
  }
};

function isWanted({ metadata }: KubeObject, selectors: readonly Fields[]): boolean {
  return selectors.some((selector) => matchesSelector(selector, metadata.labels));
}
