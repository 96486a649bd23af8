import type { ContextOf } from '@seatrial/cli';
import type { envFlags } from './flags.js';
import { findState, listStates, stateFolder } from './state-file.js';

/** `sandbox env`: the variables by which clients find a running sandbox. */
export async function env({ flags, signal, print, printJson }: ContextOf<typeof envFlags>): Promise<void> {
  const portBase = flags['port-base'];
  const state = await findState(stateFolder(), { signal, ...(portBase === undefined ? {} : { portBase }) });
  if (flags.json) return printJson(state.env);
  print(formatExports(state.env));
}

/** Lines for a POSIX shell's `eval`. */
export function formatExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join('\n');
}

/** `sandbox status`: what runs. 1 when nothing does. */
export async function status({
  flags,
  signal,
  print,
  printJson,
  clock,
}: ContextOf<Record<never, never>>): Promise<number> {
  const states = await listStates(stateFolder(), signal);
  if (flags.json) {
    // The token stays with `env`.
    printJson(
      states.map(({ env: { CLOUDSDK_AUTH_ACCESS_TOKEN: _token, ...rest }, ...state }) => ({ ...state, env: rest })),
    );
  } else if (states.length === 0) print('no sandbox is running');
  for (const { pid, startedMs, portBase, env: variables, docker } of flags.json ? [] : states) {
    const minutes = Math.floor((clock.now() - startedMs) / 60_000);
    print(`process ${pid}, up for ${minutes} min${portBase === undefined ? '' : `, port base ${portBase}`}`);
    print(`  Cloud Storage  ${variables['STORAGE_EMULATOR_HOST']}`);
    print(`  GKE (gRPC)     ${variables['SEATRIAL_GKE_ENDPOINT']}`);
    print(`  Cloud Build    ${variables['SEATRIAL_CLOUDBUILD_ENDPOINT'] ?? 'none'}`);
    print(`  OCI registry   ${variables['SEATRIAL_REGISTRY']}`);
    print(`  GitHub         ${variables['GITHUB_API_URL']}`);
    print(`  Docker         ${docker}`);
    print(`  kubeconfig     ${variables['KUBECONFIG'] ?? 'none'}`);
  }
  return states.length === 0 ? 1 : 0;
}
