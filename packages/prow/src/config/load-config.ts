import { ProwError } from '../errors.js';
import { checkProwConfig } from './check-config.js';
import type { ProwConfig } from './job-config.js';
import { type ConfigProblem, formatFinding } from './problem.js';

/** How many problems a message names; all are in the error's `problems`. */
const NAMED_PROBLEMS = 20;

/** A config that Prow would not load. */
export class ConfigError extends ProwError {
  /** Never empty. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const named = problems.slice(0, NAMED_PROBLEMS).map(formatFinding);
    const more = problems.length > named.length ? [`and ${problems.length - named.length} more`] : [];
    super('INVALID_CONFIG', ['Prow would not load this config:', ...named, ...more].join('\n  '), {
      hint: 'Try seatrial-prow check-config, which lists all that is wrong.',
    });
    this.problems = problems;
  }
}

/**
 * Loads a Prow config and its job configs, with defaults and presets applied.
 *
 * @param options.jobConfigPath a file, or a folder of files. @default all jobs are in the main config
 * @param options.strict whether unknown fields are errors. @default false
 * @throws {ConfigError} `INVALID_CONFIG` with everything that keeps Prow from loading it.
 */
export async function loadProwConfig(options: {
  readonly configPath: string;
  readonly jobConfigPath?: string | undefined;
  readonly strict?: boolean | undefined;
}): Promise<ProwConfig> {
  const { configPath, jobConfigPath, strict = false } = options;
  const { config, problems, warnings } = await checkProwConfig({
    configPath,
    jobConfigPaths: jobConfigPath === undefined ? [] : [jobConfigPath],
  });
  const unknown = strict ? warnings.filter(({ name }) => name === 'unknown-fields') : [];
  if (config === undefined || unknown.length > 0) {
    throw new ConfigError([
      ...problems,
      ...unknown.map(({ message, position }) => ({ code: 'FILE' as const, message, position })),
    ]);
  }
  return config;
}
