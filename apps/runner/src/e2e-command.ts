import { hostname } from 'node:os';
import type { ContextOf } from '@seatrial/cli';
import { loadConfig } from './config/load-config.js';
import type { e2eFlags } from './flags.js';
import { openResultStore, openTrial } from './open-trial.js';
import { describePlan, planSettings, planTrial } from './plan.js';
import { prepareSettings } from './prepare.js';
import { openJournal, runTrial } from './run-trial.js';
import { readSettings } from './settings-record.js';
import type { TrialSettings } from './trial.js';

type Context = ContextOf<typeof e2eFlags>;

/** `seatrial e2e` */
export async function e2e(context: Context): Promise<number> {
  const { flags, env, cwd, clock, logger } = context;
  const startedMs = clock.now();
  const { resume, helm, project, context: kubeContext } = flags;
  const settings =
    resume === undefined
      ? await freshSettings(context)
      : await readSettings(openJournal(openResultStore(env, cwd), resume), resume);
  const { only, skip } = flags;
  const selection = { ...(only.length === 0 ? {} : { only }), skip, fresh: resume === undefined };
  const preview = planSettings(settings, selection); // refuses unknown tasks before anything is made
  if (flags['dry-run']) {
    context.print(describePlan(preview));
    return 0;
  }
  await using trial = await openTrial(settings, {
    env,
    clock,
    logger,
    faults: flags.fault,
    ...(helm === undefined ? {} : { helm }),
    ...(project === undefined ? {} : { project }),
    ...(kubeContext === undefined ? {} : { context: kubeContext }),
  });
  return await runTrial(trial, planTrial(trial, selection), {
    signal: context.signal,
    stderr: context.stderr,
    isTty: context.isTty,
    color: context.color,
    print: context.print,
    node: hostname(),
    startedMs,
    resume: resume !== undefined,
    ...(flags['max-parallel'] === undefined ? {} : { maxParallel: flags['max-parallel'] }),
  });
}

async function freshSettings({ flags, env, cwd, clock }: Context): Promise<TrialSettings> {
  const loaded = await loadConfig(flags.config, cwd);
  const { provider, results, registry, releases, commit, repo, job } = flags;
  return prepareSettings(
    loaded,
    {
      provider,
      buildArgs: flags['build-arg'],
      keepCluster: flags['keep-cluster'],
      ...(results === undefined ? {} : { results }),
      ...(registry === undefined ? {} : { registry }),
      ...(releases === undefined ? {} : { releases }),
      ...(commit === undefined ? {} : { commit }),
      ...(repo === undefined ? {} : { repo }),
      ...(job === undefined ? {} : { job }),
    },
    { env, cwd, clock, random: Math.random },
  );
}
