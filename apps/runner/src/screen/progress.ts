import type { Progress, Redactor } from '@seatrial/cli';
import type { Observer } from './observer.js';

/** Characters of a failure's message. */
const MAX_MESSAGE = 300;

export interface ProgressObserverOptions {
  readonly redact: Redactor;
  /** Tasks that are shown. */
  readonly tasks: readonly { readonly name: string }[];
  /** Whether a failure also gets a line that begins with `ERROR:`, which Spyglass highlights. */
  readonly marksErrors: boolean;
}

/**
 * A run as the progress of its tasks.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/spyglass/lenses/buildlog/lens.go
 */
export function createProgressObserver(
  progress: Progress,
  { redact, tasks, marksErrors }: ProgressObserverOptions,
): Observer {
  const shown = new Set(tasks.map(({ name }) => name));
  return {
    event(event) {
      switch (event.type) {
        case 'log':
          return progress.line(event.name, redact(event.line));
        case 'progress':
          return progress.update(event.name, { state: 'running', text: redact(event.text) });
        case 'task': {
          const { name, state, durationMs, reason, error } = event;
          if (!shown.has(name)) return undefined;
          progress.update(name, {
            state,
            durationMs,
            reason: reason === undefined ? undefined : redact(reason),
            ...(error === undefined ? {} : { text: shorten(redact(error.message)) }),
          });
          if (marksErrors && state === 'failed') progress.print(`ERROR: ${name}: ${redact(oneLine(error?.message))}`);
          return undefined;
        }
        case 'run':
          if (event.state === 'stopping' && event.reason !== undefined)
            progress.print(`stopping: ${redact(event.reason)}`);
          return undefined;
      }
    },
    close: () => progress.close(),
  };
}

/** A terminal shows less, and the log has all of it. */
function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}

function oneLine(text: string | undefined): string {
  return text?.replace(/\s+/g, ' ') ?? 'failed';
}
