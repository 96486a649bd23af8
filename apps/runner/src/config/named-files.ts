import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerError } from '../errors.js';
import { onCluster } from '../trial.js';
import { clustersOf, type Config, imagesOf } from './schema.js';

/** A file that a config names. */
interface NamedFile {
  /** `chart.path`, `tests[0].template`. */
  readonly field: string;
  /** Relative to the config's folder. */
  readonly path: string;
  /** The task that reads it, without the name of a cluster. */
  readonly task: string;
}

/**
 * Sees to it that the files a config names are there, as far as the tasks to run read them: else a trial would find out with a
 * cluster already up. Where an image has a `prebuild`, that may make any of them, and none is looked for.
 *
 * @param options.dir the config's folder
 * @throws {RunnerError} `CONFIG_INVALID` with each file that is missing in `detail`
 */
export async function requireNamedFiles(
  config: Config,
  { dir, tasks }: { readonly dir: string; readonly tasks: ReadonlySet<string> },
): Promise<void> {
  const isRead = ({ task }: NamedFile) =>
    tasks.has(task) || clustersOf(config).some((cluster) => tasks.has(onCluster(task, { cluster })));
  const missing: NamedFile[] = [];
  for (const file of filesOf(config).filter(isRead)) {
    const info = await stat(join(dir, file.path)).catch(() => undefined);
    if (info?.isFile() !== true) missing.push(file);
  }
  if (missing.length === 0) return;
  const what = missing.length === 1 ? 'a file that is' : `${missing.length} files that are`;
  throw new RunnerError('CONFIG_INVALID', `the config names ${what} not there`, {
    detail: missing.map(({ field, path }) => `${field}: there is no file ${join(dir, path)}`).join('\n'),
    hint: 'Correct the paths, which are relative to the config; nothing was started.',
  });
}

function filesOf(config: Config): readonly NamedFile[] {
  const { chart, deploy, tests } = config;
  const images = imagesOf(config);
  if (images.some(({ prebuild }) => prebuild.length > 0)) return [];
  return [
    ...images.map(({ context, dockerfile }, at) => ({
      field: config.images === undefined ? 'image.dockerfile' : `images[${at}].dockerfile`,
      path: join(context, dockerfile),
      task: 'build',
    })),
    { field: 'chart.path', path: join(chart.path, 'Chart.yaml'), task: 'build' },
    ...deploy.values.map((path, at) => ({ field: `deploy.values[${at}]`, path, task: 'deploy' })),
    ...tests.flatMap((test, at) =>
      test.type === 'custom-resource' ? [{ field: `tests[${at}].template`, path: test.template, task: test.name }] : [],
    ),
  ];
}
