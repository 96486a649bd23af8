import { once } from 'node:events';
import { resolve } from 'node:path';
import { pid } from 'node:process';
import { randomUUID } from 'node:crypto';
import type { ContextOf } from '@seatrial/cli';
import type { Sandbox } from '../start-sandbox.js';
import { DEFAULT_LOCATION, startSandbox } from '../start-sandbox.js';
import type { upFlags } from './flags.js';
import { stateFolder, writeState } from './state-file.js';

/** `sandbox up`: runs until it is asked to stop. */
export async function up(context: ContextOf<typeof upFlags>): Promise<void> {
  const { flags, clock, logger, signal, env, cwd, print } = context;
  const portBase = flags['port-base'];
  const dataDir = flags['data-dir'];
  const sandbox = await startSandbox({
    docker: flags.docker,
    faults: flags.fault ?? [],
    authorization: flags.authorization,
    seed: flags.seed,
    operationMs: flags['operation-ms'],
    defaultCluster: true,
    clock,
    logger,
    env,
    ...(portBase === undefined ? {} : { portBase }),
    ...(dataDir === undefined ? {} : { dataDir: resolve(cwd, dataDir) }),
  });
  try {
    const remove = await writeState(stateFolder(), {
      id: randomUUID(),
      pid,
      startedMs: clock.now(),
      env: sandbox.env,
      docker: describeDocker(sandbox),
      dataDir: sandbox.dataDir,
      ...(portBase === undefined ? {} : { portBase }),
    });
    try {
      print(describe(sandbox, portBase));
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await remove();
    }
  } finally {
    await sandbox.close();
  }
}

function describeDocker({ docker }: Sandbox): string {
  const { kind, host } = docker;
  return kind === 'engine' ? host : `${host} (stand-in: builds without RUN; pods run as processes or are simulated)`;
}

function describe(sandbox: Sandbox, portBase: number | undefined): string {
  const { env, dataDir } = sandbox;
  const rows = [
    ['Cloud Storage', env['STORAGE_EMULATOR_HOST']],
    ['GKE (gRPC)', env['SEATRIAL_GKE_ENDPOINT']],
    ['Compute Engine', env['SEATRIAL_COMPUTE_ENDPOINT']],
    ['OCI registry', env['SEATRIAL_REGISTRY']],
    ['GitHub', env['GITHUB_API_URL']],
    ['Docker', describeDocker(sandbox)],
    ['Kubernetes', `cluster sandbox in ${DEFAULT_LOCATION}, KUBECONFIG=${env['KUBECONFIG']}`],
    ['Data', dataDir],
  ];
  const which = portBase === undefined ? '' : ` --port-base ${portBase}`;
  return [
    'The sandbox is up. Ctrl-C ends it and removes all it made.',
    '',
    ...rows.map(([name = '', value]) => `  ${name.padEnd(14)} ${value}`),
    '',
    'In another shell:',
    '',
    `  eval "$(seatrial sandbox env${which})"`,
    '  kubectl get nodes',
    '  helm list -A',
    '  seatrial e2e --provider gke',
  ].join('\n');
}
