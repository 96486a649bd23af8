import type { SandboxOptions } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { onTestFinished } from 'vitest';
import { createCompute } from '../compute.js';
import { gkeOptionsFromEnv } from '../environment.js';
import { createGke } from '../gke.js';
import { runLabels } from '../labels.js';

export const PROJECT = 'sandbox';
export const HOUR_MS = 3_600_000;

/** A sandbox of its own for a test, with clients of it; both are closed at the test's end. */
export async function sandboxGke(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ docker: 'off', operationMs: 30, ...options });
  const environment = gkeOptionsFromEnv(sandbox.env);
  const gke = createGke(environment);
  onTestFinished(async () => {
    await gke.close();
    await sandbox.close();
  });
  const names = async (): Promise<string[]> => {
    const { clusters } = await gke.listClusters({ project: PROJECT });
    return clusters.map(({ name, location }) => `${name} in ${location}`);
  };
  return { sandbox, gke, compute: createCompute(environment), names };
}

/** A cluster of one small node, of a run. */
export function requestOf(name: string, run: { readonly runId?: string; readonly expiresMs?: number } = {}) {
  const { runId = 'r1', expiresMs = Date.now() + HOUR_MS } = run;
  return { name, project: PROJECT, location: 'us-east1-b', labels: runLabels({ runId, expiresMs }) };
}

export const limits = { timeoutMs: 30_000 };
