import {
  clusterName,
  createClusterInLocations,
  execPluginUser,
  keepAlive,
  runLabels,
  writeKubeconfig,
} from '@seatrial/gke';
import type { ClusterRequest, Gke, KubeconfigUser } from '@seatrial/gke';
import type { ClusterHandle, ClusterProvider, ProviderRequest } from './cluster-provider.js';
import { DeployError } from './errors.js';

/** Where GKE clusters are made, and who asks them. */
export interface GkeProviderOptions {
  readonly gke: Gke;
  readonly project: string;
  /** Zones or regions, tried in turn when one is out of machines. At least one. */
  readonly locations: readonly string[];
  /** Beginning of the clusters' names. @default 'seatrial' */
  readonly prefix?: string;
  /** Labels besides those of the run. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Fields of every cluster; a request's own win. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** @default the exec plugin `seatrial-gke exec-credential`, whose tokens refresh */
  readonly user?: KubeconfigUser;
}

/**
 * Clusters of GKE, one for each plan, labelled with the run and deleted when asked.
 *
 * @throws {DeployError} `INVALID` without a project or a location.
 */
export function createGkeProvider(options: GkeProviderOptions): ClusterProvider {
  const { gke, project, locations, user = execPluginUser() } = options;
  if (project === '' || locations.length === 0) {
    throw new DeployError('INVALID', 'clusters of GKE need a project and a location', {
      hint: 'Give both, for example with --project and --zone.',
    });
  }
  const requestOf = (handle: ClusterHandle, request: ProviderRequest): Omit<ClusterRequest, 'location'> => {
    const labels = { ...options.labels, ...runLabels(request) };
    return { ...options.cluster, ...request.cluster, name: handle.name, project: projectOf(handle), labels };
  };
  // A handle is read back from a journal: what it does not say is as it was planned.
  const projectOf = (handle: ClusterHandle): string => handle.project ?? project;
  const locationsOf = (handle: ClusterHandle): readonly string[] => {
    const planned = Array.isArray(handle['locations']) ? (handle['locations'] as readonly string[]) : locations;
    return handle.location === undefined
      ? planned
      : [handle.location, ...planned.filter((one) => one !== handle.location)];
  };
  const refs = (handle: ClusterHandle) =>
    locationsOf(handle).map((location) => ({ project: projectOf(handle), location, name: handle.name }));

  return {
    name: 'gke',
    ownsCluster: true,
    plan: ({ runId, part }) => ({
      provider: 'gke',
      name: clusterName({
        runId,
        ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
        ...(part === undefined ? {} : { part }),
      }),
      project,
      // Known only once there is a cluster; until then it may be in any of them.
      ...(locations.length === 1 ? { location: locations[0] as string } : {}),
      locations: [...locations],
    }),
    create: async (handle, request, limits) => {
      const cluster = await createClusterInLocations(
        gke,
        { ...requestOf(handle, request), locations: locationsOf(handle) },
        limits,
      );
      return {
        ...handle,
        location: cluster.location,
        endpoint: cluster.endpoint,
        ...(cluster.version === undefined ? {} : { version: cluster.version }),
      };
    },
    kubeconfig: async (handle, path, limits) => {
      for (const ref of refs(handle)) {
        const cluster = await gke.findCluster(ref, limits);
        if (cluster !== undefined) return writeKubeconfig({ cluster, path, user });
      }
      throw new DeployError('UNAVAILABLE', `cluster ${handle.name} is not in ${locationsOf(handle).join(', ')}`, {
        hint: 'Create it first.',
      });
    },
    delete: async (handle, limits) => {
      // An attempt may have left one in any location: all are seen to be empty, and all are tried.
      const ended = await Promise.allSettled(refs(handle).map((ref) => gke.deleteCluster(ref, limits)));
      const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1)
        throw new AggregateError(errors, `cluster ${handle.name} may be left over in ${errors.length} locations`);
    },
    exists: async (handle, limits) => {
      const found = await Promise.all(refs(handle).map((ref) => gke.findCluster(ref, limits)));
      return found.some((cluster) => cluster !== undefined && cluster.status !== 'STOPPING');
    },
    keepAlive: async (handle, keep) => {
      const [ref] = refs(handle);
      if (ref !== undefined) await keepAlive(gke, ref, keep);
    },
  };
}
