import type { ClusterHandle } from '@seatrial/deploy';
import { namespaceOf, releaseOf, type TrialSettings } from '../trial.js';

/** What a run holds outside of this process now, and how to remove it by hand. */
export interface Holdings {
  hold(what: string, removeCommand: string): void;
  release(what: string): void;
  /** A line for each, oldest first. */
  describe(): readonly string[];
}

export function createHoldings(): Holdings {
  const held = new Map<string, string>();
  return {
    hold: (what, removeCommand) => void held.set(what, removeCommand),
    release: (what) => void held.delete(what),
    describe: () => [...held].flatMap(([what, removeCommand]) => [`left behind: ${what}`, `  ${removeCommand}`]),
  };
}

/** A cluster that was asked for. One of the sandbox in this process ends with it. */
export function holdCluster(
  { provider, holdings }: Pick<TrialSettings, 'provider'> & { readonly holdings: Holdings },
  handle: ClusterHandle,
): void {
  if (provider === 'gke') holdings.hold(`cluster ${handle.name}`, deleteCommand(handle));
}

/** What the chart installs in somebody's own cluster. */
export function holdRelease(trial: TrialSettings & { readonly holdings: Holdings }): void {
  if (trial.provider !== 'kubeconfig') return;
  const [release, namespace] = [releaseOf(trial), namespaceOf(trial)];
  trial.holdings.hold(
    `release ${release} in namespace ${namespace}`,
    `helm uninstall ${release} --namespace ${namespace}; kubectl delete namespace ${namespace}`,
  );
}

/** All of a run is torn down. */
export function releaseAll(trial: TrialSettings & { readonly holdings: Holdings }, handle: ClusterHandle): void {
  trial.holdings.release(`cluster ${handle.name}`);
  trial.holdings.release(`release ${releaseOf(trial)} in namespace ${namespaceOf(trial)}`);
}

/** Deletes a cluster by hand. */
export function deleteCommand({ name, project, location }: ClusterHandle): string {
  return `seatrial gke delete --project ${project ?? ''} --zone ${location ?? ''} --cluster ${name}`;
}
