import type { ContextOf } from '@seatrial/cli';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DeployError } from '../errors.js';
import type { setupFlags } from './flags.js';
import type { Session } from './session.js';

type Context = ContextOf<typeof setupFlags>;

/**
 * The chart as a folder, wherever it was.
 *
 * @throws {DeployError} `INVALID` for a path where there is nothing.
 * @throws {HelmError} `CHART_NOT_FOUND`, `FETCH_FAILED`, `INVALID_CHART`, `INVALID_OPTION`
 */
export async function fetchChartOf(context: Context, session: Session): Promise<string> {
  const { flags, env, cwd, signal } = context;
  const { fetchChart } = await import('@seatrial/helm');
  const isUri = flags.chart.includes('://');
  const source = isUri ? flags.chart : resolve(cwd, flags.chart);
  const store = async () => {
    const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
    return createObjectStore(storeOptionsFromEnv(env));
  };
  const fetched = fetchChart(
    {
      fetch,
      ...(/^(gs|file):/.test(source) ? { store: await store() } : {}),
      ...(source.startsWith('oci:') ? { helm: await session.registryHelm(flags.helm) } : {}),
    },
    source,
    {
      to: join(session.dir, 'chart'),
      signal,
      plainHttp: flags['plain-http'] === true || isOnLoopback(source),
      ...(flags['registry-config'] === undefined ? {} : { registryConfig: resolve(cwd, flags['registry-config']) }),
    },
  );
  const { dir } = await fetched.catch((cause: unknown) => {
    if (isUri || (cause as { code?: string }).code !== 'CHART_NOT_FOUND') throw cause;
    throw new DeployError('INVALID', `--chart ${flags.chart}: there is no such folder or file`, {
      hint: 'Name a folder with Chart.yaml, a .tgz, or a URI of gs://, https:// or oci://.',
    });
  });
  return dir;
}

/** @throws {DeployError} `INVALID` for one that cannot be read. */
export async function checkValuesFiles({ flags, cwd }: Context): Promise<void> {
  for (const path of flags.values) {
    await access(resolve(cwd, path), constants.R_OK).catch(() => {
      throw new DeployError('INVALID', `--values ${path}: there is no such file, or it cannot be read`, {
        hint: 'Name YAML files, separated by commas or with --values for each.',
      });
    });
  }
}

/** Registries on this machine have no certificates. */
function isOnLoopback(uri: string): boolean {
  return /^oci:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?\//.test(uri);
}
