import { randomUUID } from 'node:crypto';
import { systemClock } from '@seatrial/cli';
import { vi } from 'vitest';
import type { ProwJobCluster } from '../cluster.js';
import { createProwJobCluster } from '../cluster.js';
import { prowJobDefinition } from '../definition.js';
import { readKubeConfig } from '../kube-config.js';
import type { KubeRequest } from '../kube-request.js';
import { createKubeSend, readText } from '../kube-request.js';
import type { ProwJobStatus } from '../prow-job.js';

/** A namespace of a cluster in which ProwJobs are defined, and the hand that plays Prow's controller in it. */
export interface OpenCluster extends AsyncDisposable {
  readonly cluster: ProwJobCluster;
  /** Sends a request and reads the answer as JSON. */
  request(request: KubeRequest): Promise<unknown>;
  /** Path of a ProwJob. */
  pathOf(name: string): string;
  /** Changes the status as a controller would. */
  setStatus(name: string, status: Partial<ProwJobStatus>): Promise<unknown>;
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Makes a namespace of its own and installs the definition of ProwJobs where there is none. */
export async function openCluster(kubeconfig: string): Promise<OpenCluster> {
  const send = createKubeSend(await readKubeConfig({ kubeconfig, cwd: '/', env: {} }));
  const request = async (one: KubeRequest) =>
    JSON.parse(await readText(await send(one), 2 ** 24)) as Record<string, unknown>;
  const namespace = `prow-${randomUUID()}`;
  await request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  const { name } = prowJobDefinition.metadata;
  const isOurs = await request({ method: 'POST', path: definitions, body: prowJobDefinition }).then(
    () => true,
    (error: { httpStatus?: number }) => {
      if (error.httpStatus !== 409) throw error;
      return false; // somebody's Prow: theirs must stay
    },
  );
  const cluster = createProwJobCluster({ clock: systemClock, send }, { namespace });
  const path = `/apis/prow.k8s.io/v1/namespaces/${namespace}/prowjobs`;
  await vi.waitFor(() => request({ method: 'GET', path }), { timeout: 15_000 }); // defined is not served yet
  return {
    cluster,
    request,
    pathOf: (job) => `${path}/${job}`,
    setStatus: (job, status) => request({ method: 'PATCH', path: `${path}/${job}`, body: { status } }),
    [Symbol.asyncDispose]: async () => {
      await request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
      if (isOurs) await request({ method: 'DELETE', path: `${definitions}/${name}` });
    },
  };
}
