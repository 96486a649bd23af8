/**
 * The page of runs: reads results in Prow's layout from a bucket or a folder and serves them to a browser.
 *
 * ```ts
 * import { startDashboard } from '@seatrial/dashboard';
 * import { createObjectStore } from '@seatrial/storage';
 *
 * await using dashboard = await startDashboard({ store: createObjectStore(), results: 'gs://ci-logs' });
 * console.log(dashboard.url); // http://127.0.0.1:8180/
 * ```
 *
 * @module
 */
export type * as Api from './api.js';
export { DashboardError, type DashboardErrorCode } from './errors.js';
export { type Dashboard, type DashboardOptions, startDashboard } from './server/start-dashboard.js';
