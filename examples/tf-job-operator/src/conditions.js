/** Whether a condition is `True`. */
export function hasCondition(status, type) {
  return (status.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
}

/**
 * Conditions with one of them set. Its `lastTransitionTime` moves only when its status changes, so that it tells since
 * when the condition holds.
 */
export function withCondition(conditions, { type, status, reason, message }, time) {
  const before = conditions.find((condition) => condition.type === type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : time;
  const after = { type, status, reason, message, lastTransitionTime };
  return before ? conditions.map((condition) => (condition === before ? after : condition)) : [...conditions, after];
}
