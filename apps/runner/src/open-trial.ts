import { randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { platform } from 'node:process';
import { type Clock, type CommandContext, createRedactor, type Logger } from '@seatrial/cli';
import { createObjectStore, type ObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { RunnerError } from './errors.js';
import { localFolder } from './prepare.js';
import { type LogBook, openLogBook } from './results/log-book.js';
import { localProcesses } from './process/local-processes.js';
import { PROCESS_MARK } from './process/process-mark.js';
import { startReaper } from './process/reaper.js';
import { createPatientStore, type PatientStoreOptions } from './results/patient-store.js';
import { createResultWriter } from './results/result-writer.js';
import { gatherSecrets } from './results/secrets.js';
import { createClusterKeeper } from './run/cluster-keeper.js';
import { createHoldings } from './run/holdings.js';
import { createFencedStore } from './run/fenced-store.js';
import type { Lease, LeaseDeps } from './run/lease.js';
import { createServices, type Env } from './services.js';
import type { Trial, TrialSettings } from './trial.js';

export interface TrialIo {
  readonly env: Env;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Holds others off the run, or off one step of it. Once it is lost nothing of the run is touched any more. */
  readonly lock: Pick<Lease, 'signal' | 'confirm'>;
  readonly helm?: string;
  readonly context?: string;
  readonly project?: string;
  readonly faults?: readonly string[];
  /** Whether one step is run, perhaps beside the run itself: then the folder is not the run's. @default false */
  readonly isStep?: boolean;
  /** Where results are read and written. @default the user's own storage */
  readonly resultStore?: ObjectStore;
  /** How long it may be out of reach. @default see there */
  readonly outage?: Pick<PatientStoreOptions, 'outageMs' | 'pauseMs'>;
}

/** What a command's flags and surroundings say about how to reach the outside. */
export function trialIoOf(
  context: Pick<
    CommandContext<Pick<TrialIo, 'helm' | 'context' | 'project'>>,
    'flags' | 'env' | 'clock' | 'logger' | 'signal'
  >,
): Omit<TrialIo, 'lock'> {
  const { flags, env, clock, logger, signal } = context;
  return { env, clock, logger, signal, helm: flags.helm, context: flags.context, project: flags.project };
}

/** What locks on runs need. */
export function leaseDepsOf({ env, cwd, clock }: Pick<CommandContext<unknown>, 'env' | 'cwd' | 'clock'>): LeaseDeps {
  return { store: openResultStore(env, cwd), clock, local: localProcesses, newId: randomUUID };
}

/** Where results are read and written: the user's own storage, whatever the provider. */
export function openResultStore(env: Env, cwd?: string): ObjectStore {
  return createObjectStore({ ...storeOptionsFromEnv(env), cwd });
}

/** Makes the folders and clients of a run; disposing of it removes the folders and closes the clients. */
export async function openTrial(settings: TrialSettings, io: TrialIo): Promise<Trial & AsyncDisposable> {
  const { env, clock, logger, lock } = io;
  const workDir = io.isStep === true ? await mkdtemp(join(tmpdir(), 'seatrial-step-')) : await ensureWorkDir(settings);
  const mark = env[PROCESS_MARK];
  if (mark !== undefined) startReaper({ mark, platform, path: env['PATH'] });
  const redact = createRedactor(await gatherSecrets(env, settings.secretNames));
  const stopping = new AbortController();
  const stop = (reason: Error) => stopping.abort(reason);
  const { dir, inPlace } = localFolder(settings.runUri, workDir);
  const log = await openLogBook({
    dir,
    clock,
    redact,
    onFailure: (cause) => stop(new Error(`the log cannot be written: ${cause.message}`, { cause })),
  });
  const told = logbookLogger(log, logger);
  lock.signal.addEventListener('abort', () => log.abandon(), { once: true });
  const resultStore = createPatientStore(createFencedStore(io.resultStore ?? openResultStore(env), lock), {
    clock,
    ...io.outage,
    onOutage(change) {
      if ('error' in change) told.warn('results cannot be reached, trying on', { error: change.error.message });
      else told.warn('results can be reached again', { afterSeconds: Math.round(change.lastedMs / 1_000) });
    },
  });
  const project = io.project ?? settings.config.project;
  const services = createServices({
    provider: settings.provider,
    env,
    workDir,
    logger: told,
    clock,
    redact,
    location: settings.config.cluster.location,
    registry: settings.registry,
    releasesUri: settings.releasesUri,
    faults: io.faults ?? [],
    project,
    context: io.context,
    helm: io.helm,
  });
  const keeper = createClusterKeeper({ runId: settings.job.buildId, clock, logger: told });
  return {
    ...settings,
    redact,
    services,
    results: createResultWriter({
      store: resultStore,
      runUri: settings.runUri,
      log,
      clock,
      redact,
      logsInPlace: inPlace,
    }),
    resultStore,
    workDir,
    clock,
    holdings: createHoldings(),
    keeper,
    signal: AbortSignal.any([io.signal, stopping.signal]),
    stop,
    lock,
    async [Symbol.asyncDispose]() {
      await keeper[Symbol.asyncDispose]();
      await services[Symbol.asyncDispose]();
      // A cluster that is kept stays reachable by the kubeconfig in a run's folder. Who has taken the run over may use it
      // as well. A step's folder is its own.
      if (io.isStep === true || (!settings.keepCluster && !lock.signal.aborted))
        await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** What clients tell goes to the logs: on a terminal it would cut through the tree of tasks. Warnings are told as well. */
function logbookLogger(log: LogBook, logger: Logger): Logger {
  const write = (message: string, fields: Record<string, unknown> = {}): void => {
    const facts = Object.entries(fields).map(
      ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    log.line('seatrial', `${message}${facts.join('')}`);
  };
  return {
    debug: (message, fields) => logger.debug(message, fields),
    info: write,
    warn(message, fields) {
      write(message, fields);
      logger.warn(message, fields);
    },
    error(message, fields) {
      write(message, fields);
      logger.error(message, fields);
    },
  };
}

/**
 * The folder of a run on this machine. Its name follows from the run, so that a run that is resumed finds what it had,
 * and one that was killed leaves nothing behind once it has been resumed.
 */
async function ensureWorkDir({ job }: Pick<TrialSettings, 'job'>): Promise<string> {
  const dir = join(tmpdir(), `seatrial-${job.buildId}`);
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const info = await lstat(dir);
    // Names in a shared folder can be taken by others first; what is written there is not for them.
    if (!info.isDirectory() || info.uid !== userInfo().uid) {
      throw new RunnerError('WORK_DIR_TAKEN', `${dir} belongs to somebody else`, {
        hint: 'Set TMPDIR to a folder of your own.',
      });
    }
  }
  return dir;
}
