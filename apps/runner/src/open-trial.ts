import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Logger } from '@seatrial/cli';
import { createObjectStore, type ObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { localFolder } from './prepare.js';
import { openLogBook, secretsOf } from './results/log-book.js';
import { createResultWriter } from './results/result-writer.js';
import { createServices, type Env } from './services.js';
import type { Trial, TrialSettings } from './trial.js';

export interface TrialIo {
  readonly env: Env;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly helm?: string;
  readonly context?: string;
  readonly project?: string;
  readonly faults?: readonly string[];
}

/** Where results are read and written: the user's own storage, whatever the provider. */
export function openResultStore(env: Env, cwd?: string): ObjectStore {
  return createObjectStore({ ...storeOptionsFromEnv(env), ...(cwd === undefined ? {} : { cwd }) });
}

/** Makes the folders and clients of a run; disposing of it removes the folders and closes the clients. */
export async function openTrial(settings: TrialSettings, io: TrialIo): Promise<Trial & AsyncDisposable> {
  const { env, clock, logger } = io;
  const workDir = await mkdtemp(join(tmpdir(), 'seatrial-'));
  const resultStore = openResultStore(env);
  const { dir, inPlace } = localFolder(settings.runUri, workDir);
  const log = await openLogBook({ dir, clock, secrets: secretsOf(env) });
  const project = io.project ?? settings.config.project;
  const services = createServices({
    provider: settings.provider,
    env,
    workDir,
    logger,
    clock,
    location: settings.config.cluster.location,
    ...(settings.registry === undefined ? {} : { registry: settings.registry }),
    ...(settings.releasesUri === undefined ? {} : { releasesUri: settings.releasesUri }),
    faults: io.faults ?? [],
    ...(project === undefined ? {} : { project }),
    ...(io.context === undefined ? {} : { context: io.context }),
    ...(io.helm === undefined ? {} : { helm: io.helm }),
  });
  return {
    ...settings,
    services,
    results: createResultWriter({ store: resultStore, runUri: settings.runUri, log, logsInPlace: inPlace }),
    resultStore,
    workDir,
    clock,
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]();
      // A cluster that is kept stays reachable by the kubeconfig in there.
      if (!settings.keepCluster) await rm(workDir, { recursive: true, force: true });
    },
  };
}
