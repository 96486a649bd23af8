import type { TaskResult } from './result.js';

/**
 * When a task runs, looked at once all it needs and comes after has ended. Named as Airflow's trigger rules are, but
 * none of them fires early. A task counts as failed if it failed, was aborted, or was skipped because of one that did.
 *
 * - `all_success`: all succeeded.
 * - `all_failed`: all failed, and there is one at least.
 * - `all_done`: always.
 * - `one_success`, `one_failed`: one at least did.
 * - `none_failed`: each succeeded or was skipped for another reason than a failure.
 * - `none_failed_min_one_success`: as `none_failed`, and one at least succeeded.
 * - `none_skipped`: each ran.
 *
 * Tasks of `after` that are left out of a run do not count. What is left out of `needs` counts as skipped.
 *
 * @see https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules
 */
export type WhenRule =
  | 'all_success'
  | 'all_failed'
  | 'all_done'
  | 'one_success'
  | 'one_failed'
  | 'none_failed'
  | 'none_failed_min_one_success'
  | 'none_skipped';

/**
 * Whether a task runs, by the results of all it needs and comes after, by name. It must depend on nothing else: a
 * resumed run asks again. If it throws, the task fails.
 */
export type WhenPredicate = (upstream: Readonly<Record<string, TaskResult>>) => boolean;

/** A rule by its name, or one of your own. */
export type When = WhenRule | WhenPredicate;
