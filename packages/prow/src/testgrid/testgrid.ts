import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { stringify } from 'yaml';
import { ProwError } from '../errors.js';
import { addJobs } from './add-jobs.js';
import { readTestgridConfig, readTestgridDefaults } from './read-config.js';
import type { ReadTestgridConfig } from './read-config.js';
import type { testgridFlags } from './testgrid-command.js';
import type { TestgridConfig } from './testgrid-config.js';
import { validateTestgridConfig } from './validate-config.js';

const nothing: ReadTestgridConfig = {
  config: { test_groups: [], dashboards: [], dashboard_groups: [] },
  locate: () => undefined,
};

/** Prints or checks TestGrid's configuration. */
export async function testgrid(context: ContextOf<typeof testgridFlags>): Promise<void> {
  const { cwd, flags, logger } = context;
  if (flags.config === undefined && flags['config-path'] === undefined) {
    throw new ProwError('INVALID_FLAG', 'neither --config nor --config-path is given', {
      hint: 'Give the TestGrid configuration by --config, the job configuration by --config-path, or both.',
    });
  }
  const path = (flag: string | undefined) => (flag === undefined ? undefined : resolve(cwd, flag));
  const [defaultPath, configPath, prowPath] = [path(flags.default), path(flags.config), path(flags['config-path'])];
  const defaults = defaultPath === undefined ? undefined : await readTestgridDefaults(defaultPath);
  const read = configPath === undefined ? nothing : await readTestgridConfig(configPath, { defaults });
  const problems: string[] = [];
  let { config } = read;
  if (prowPath !== undefined) {
    const { loadProwConfig } = await import('../config/load-config.js');
    const jobConfigPath = path(flags['job-config-path']);
    const prow = await loadProwConfig({
      configPath: prowPath,
      ...(jobConfigPath === undefined ? {} : { jobConfigPath }),
    });
    const added = addJobs(config, prow, { defaults });
    config = added.config;
    problems.push(
      ...added.problems.map(({ job, position, message }) => {
        return `${position.file}:${position.line}:${position.column}: job ${job}: ${message}`;
      }),
    );
  }
  problems.push(...validateTestgridConfig(config).map((problem) => formatProblem(problem, read)));
  if (flags.validate) {
    if (problems.length > 0) throw new ProwError('INVALID_CONFIG', problems.join('\n'));
    context.print(`${config.test_groups.length} test groups, ${config.dashboards.length} dashboards`);
    return;
  }
  for (const problem of problems) logger.warn('TestGrid would refuse it', { problem });
  if (flags.json) context.printJson(config);
  else context.print(formatConfig(config));
}

function formatProblem(
  { path, message }: ReturnType<typeof validateTestgridConfig>[number],
  { locate }: ReadTestgridConfig,
): string {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  const place = locate(path);
  return `${place === undefined ? '' : `${place}: `}${field.slice(1)}: ${message}`;
}

function formatConfig({ dashboard_groups: groups, ...config }: TestgridConfig): string {
  const content = { ...config, ...(groups.length === 0 ? {} : { dashboard_groups: groups }) };
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}
