import type { Controller } from './context.js';
import { budgetStatus, isCovered, weighBudget } from './disruption-budget.js';
import { formatTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { resources } from './resources.js';
import { writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';

/** Keeps the status of PodDisruptionBudgets: how many of their pods may be evicted just now. */
export const startDisruptionController: Controller = ({ api, clock, logger }) => {
  const budgets = resources.podDisruptionBudgets;
  const queue = createWorkQueue({ name: 'disruption', clock, logger, sync });
  const stops = [
    api.watch(budgets, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ object, previous }) => {
      const { namespace = '' } = object.metadata;
      for (const budget of api.list(budgets, { namespace })) {
        const hit = [object, previous].some((pod) => pod !== undefined && isCovered(budget, pod));
        if (hit) queue.add(keyOf(budget));
      }
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const budget = api.get(budgets, namespace, name);
    if (budget === undefined) return;
    const status = budgetStatus(budget, weighBudget(api, budget), formatTime(clock.now()));
    writeStatus(api, budgets, budget, status, MANAGER);
  }
};
