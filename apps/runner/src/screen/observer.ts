import { type CommandContext, createProgress, type Redactor } from '@seatrial/cli';
import type { PipelineEvent } from '@seatrial/pipeline';
import { isProwEnvironment } from '@seatrial/prow';
import type { Plan } from '../plan.js';
import { createActionsObserver } from './github-actions.js';
import { createJsonObserver } from './json-lines.js';
import { createProgressObserver } from './progress.js';

/** What a command shows a run on. */
export type Screen = Pick<
  CommandContext,
  'signal' | 'stdout' | 'stderr' | 'isTty' | 'color' | 'print' | 'clock' | 'env' | 'onForcedExit'
> & { readonly flags: { readonly json: boolean } };

/** Shows a run while it goes on. */
export interface Observer {
  event(event: PipelineEvent): void;
  /** Shows what is left and resolves when it is written. */
  close(): Promise<void>;
}

/**
 * Chooses how a run is shown: JSON lines on stdout where asked for; else groups and annotations in GitHub Actions; else a
 * tree on a terminal, and lines elsewhere, with failures as Spyglass highlights them in a Prow job. All is redacted.
 */
export function createObserver(screen: Screen, plan: Plan, redact: Redactor): Observer {
  const { env, stdout, stderr, isTty, color, clock, flags } = screen;
  if (flags.json) return createJsonObserver(stdout, redact);
  const tasks = plan.graph.tasks.filter(({ name }) => plan.selection.names.has(name));
  if (env['GITHUB_ACTIONS'] === 'true') return createActionsObserver({ stream: stderr, redact, tasks });
  const progress = createProgress({
    stream: stderr,
    isTty,
    color,
    clock,
    tasks: tasks.map(({ name, group }) => ({ name, group })),
  });
  return createProgressObserver(progress, { redact, tasks, marksErrors: !isTty && isProwEnvironment(env) });
}
