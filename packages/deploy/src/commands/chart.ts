import type { ContextOf } from '@seatrial/cli';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DeployError } from '../errors.js';
import type { setupFlags } from './flags.js';
import type { Session } from './session.js';

type Context = ContextOf<typeof setupFlags>;

/** What fetching a chart needs of a command. */
export type ChartContext = Pick<Context, 'env' | 'cwd' | 'signal'> & {
  readonly flags: Pick<Context['flags'], 'helm' | 'plain-http' | 'registry-config'>;
};

/**
 * A chart as a folder, wherever it was.
 *
 * @param chart.source as `--chart` has it
 * @param chart.name of the folder; by it several charts of a command are told apart
 * @param chart.flag for messages. @default '--chart'
 * @throws {DeployError} `INVALID` for a path where there is nothing.
 * @throws {HelmError} `CHART_NOT_FOUND`, `FETCH_FAILED`, `INVALID_CHART`, `INVALID_OPTION`
 */
export async function fetchChartOf(
  context: ChartContext,
  session: Session,
  chart: { readonly source: string; readonly name?: string; readonly flag?: string },
): Promise<string> {
  const { flags, env, cwd, signal } = context;
  const { fetchChart } = await import('@seatrial/helm');
  const isUri = chart.source.includes('://');
  const source = isUri ? chart.source : resolve(cwd, chart.source);
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
      to: join(session.dir, chart.name ?? 'chart'),
      signal,
      plainHttp: flags['plain-http'] === true || isOnLoopback(source),
      ...(flags['registry-config'] === undefined ? {} : { registryConfig: resolve(cwd, flags['registry-config']) }),
    },
  );
  const { dir } = await fetched.catch((cause: unknown) => {
    if (isUri || (cause as { code?: string }).code !== 'CHART_NOT_FOUND') throw cause;
    throw new DeployError('INVALID', `${chart.flag ?? '--chart'} ${chart.source}: there is no such folder or file`, {
      hint: 'Name a folder with Chart.yaml, a .tgz, or a URI of gs://, https:// or oci://.',
    });
  });
  return dir;
}

/** @throws {DeployError} `INVALID` for one that cannot be read. */
export async function checkValuesFiles({
  flags,
  cwd,
}: {
  readonly flags: Pick<Context['flags'], 'values'>;
  readonly cwd: string;
}): Promise<void> {
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
