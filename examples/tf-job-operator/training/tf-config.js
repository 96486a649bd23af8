/** Steps of a training. Even, since a failing one fails half way. */
export const STEPS = 10;

const TYPES = ['chief', 'worker', 'ps'];

/**
 * Reads what `TF_CONFIG` says: `{ cluster: { chief, worker, ps }, task: { type, index } }`.
 *
 * @throws {Error} that says what is wrong with it
 */
export function parseTfConfig(text) {
  if (!text) throw new Error('TF_CONFIG is not set: this program is run by a TFJob');
  const { cluster, task } = JSON.parse(text);
  if (!TYPES.includes(task?.type)) throw new Error(`TF_CONFIG: unknown task type ${JSON.stringify(task?.type)}`);
  if (!(task.index < (cluster?.[task.type]?.length ?? 0))) {
    throw new Error(`TF_CONFIG: the cluster has no ${task.type} ${task.index}`);
  }
  return { cluster, task };
}

/** The first line of a replica's log. */
export function describeTask({ cluster, task }) {
  const sizes = TYPES.filter((type) => cluster[type]).map((type) => `${cluster[type].length} ${type}`);
  return `${task.type} ${task.index} of a cluster of ${sizes.join(', ')}, at ${cluster[task.type][task.index]}`;
}
