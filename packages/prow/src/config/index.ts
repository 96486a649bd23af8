/**
 * Prow's job configs: load them with defaults and presets, check them, ask what a branch, a change or a comment starts.
 *
 * @example
 * ```ts
 * import { loadProwConfig, presubmitRuns } from '@seatrial/prow/config';
 *
 * const config = await loadProwConfig({ configPath: 'config.yaml', jobConfigPath: 'jobs' });
 * ```
 *
 * @module
 */
export { branchesOverlap, runsOnBranch } from './branches.js';
export type { BranchFilter } from './branches.js';
export { checkProwConfig } from './check-config.js';
export type { CheckConfigOptions, ConfigCheck } from './check-config.js';
export { needsExplicitTrigger, presubmitsOfComment } from './comment-commands.js';
export type { CommentQuestion } from './comment-commands.js';
export type {
  BranchJob,
  ConfiguredJob,
  Container,
  DecorationConfig,
  JobBase,
  Periodic,
  PodSpec,
  Position,
  Postsubmit,
  Presubmit,
  ProwConfig,
} from './job-config.js';
export { ConfigError, loadProwConfig } from './load-config.js';
export { formatFinding, problemCodes, warningNames } from './problem.js';
export type { ConfigProblem, ConfigWarning, ProblemCode, WarningName } from './problem.js';
export { compileRe2, differencesFromJavaScript } from './re2.js';
export type { Re2 } from './re2.js';
export { postsubmitRuns, presubmitRuns } from './should-run.js';
export type { ChangedFiles, PresubmitQuestion } from './should-run.js';
