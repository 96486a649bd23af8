/**
 * The trial of an operator as a library: read a `seatrial.yaml`, plan its tasks.
 * The program `seatrial` runs them.
 *
 * @example
 * const { config } = await loadConfig('seatrial.yaml', process.cwd());
 *
 * @module
 */
export { configJsonSchema, configSchema, type Config, type CheckConfig, type TestConfig } from './config/schema.js';
export { type ConfigProblem, type LoadedConfig, loadConfig, parseConfig } from './config/load-config.js';
export { type Plan, type PlanOptions, describePlan, planSettings } from './plan.js';
export { RunnerError, type RunnerErrorCode } from './errors.js';
export type { TrialSettings, TrialSource } from './trial.js';
