import { type ContextOf, exitCodes, UsageError } from '@seatrial/cli';
import { checkProwConfig } from './check-config.js';
import type { checkConfigFlags } from './check-config-command.js';
import { formatFinding, type WarningName, warningNames } from './problem.js';

/** Prints what is wrong with job configs. */
export async function checkConfig(context: ContextOf<typeof checkConfigFlags>): Promise<number> {
  const { args, cwd, flags, print, logger } = context;
  for (const flag of ['warnings', 'exclude-warning'] as const) checkNames(flag, flags[flag]);
  const paths = [...args, ...flags['job-config-path']];
  const configPath = flags['config-path'];
  if (configPath === undefined && paths.length === 0) {
    throw new UsageError('nothing to check', {
      hint: 'Name job configs, or give --config-path, as in: check-config --config-path config.yaml jobs/',
    });
  }
  const { config, problems, warnings } = await checkProwConfig({
    configPath,
    jobConfigPaths: paths,
    cwd,
    requiredAnnotations: flags['required-job-annotation'],
    clusters: flags.cluster.length === 0 ? undefined : flags.cluster,
  });
  const isWanted = ({ name }: { readonly name: WarningName }) =>
    (flags.warnings.length === 0 || flags.warnings.includes(name)) && !flags['exclude-warning'].includes(name);
  const told = warnings.filter(isWanted);
  const passed = problems.length === 0 && (told.length === 0 || !flags.strict);
  if (flags.json) context.printJson({ passed, jobs: config?.jobs.length ?? null, problems, warnings: told });
  else {
    for (const problem of problems) {
      print(formatFinding(problem));
      if (problem.hint !== undefined) print(`    hint: ${problem.hint}`);
    }
    for (const warning of told) print(formatFinding(warning));
    const jobs = config === undefined ? '' : `${config.jobs.length} jobs, `;
    print(`${passed ? 'passed' : 'failed'}: ${jobs}${problems.length} problems, ${told.length} warnings`);
  }
  if (configPath === undefined)
    logger.info('no --config-path: namespaces, queues and default decoration are not judged');
  return passed ? exitCodes.success : exitCodes.failed;
}

// Not choices of the flags: the help would name all of them twice, on lines that are too long.
function checkNames(flag: string, names: readonly string[]): void {
  const unknown = names.find((name) => !(warningNames as readonly string[]).includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`--${flag}: there is no warning ${JSON.stringify(unknown)}`, {
    hint: `Give one of ${warningNames.join(', ')}.`,
  });
}
