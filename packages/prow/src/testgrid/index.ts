/**
 * TestGrid's configuration: made of the annotations of jobs, read, and validated.
 *
 * @example
 * ```ts
 * import { addJobs, validateTestgridConfig } from '@seatrial/prow/testgrid';
 * ```
 *
 * @module
 */
export { addJobs } from './add-jobs.js';
export type { AnnotationProblem } from './add-jobs.js';
export { readTestgridConfig, readTestgridDefaults } from './read-config.js';
export type { ReadTestgridConfig } from './read-config.js';
export type {
  AlertOptions,
  Dashboard,
  DashboardGroup,
  DashboardTab,
  TestGroup,
  TestgridConfig,
  TestgridDefaults,
} from './testgrid-config.js';
export { validateTestgridConfig } from './validate-config.js';
export type { TestgridProblem } from './validate-config.js';
