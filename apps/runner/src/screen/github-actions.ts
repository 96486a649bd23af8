import { stripVTControlCharacters } from 'node:util';
import { formatDuration, type Redactor } from '@seatrial/cli';
import type { Observer } from './observer.js';

/** Lines of a task that are shown in its group; all of them are in the results. */
const GROUP_LINES = 500;

export interface ActionsObserverOptions {
  readonly stream: NodeJS.WritableStream;
  readonly redact: Redactor;
  /** Tasks that are shown. */
  readonly tasks: readonly { readonly name: string }[];
}

interface TaskLines {
  readonly lines: string[];
  dropped: number;
}

/**
 * A run as the log of GitHub Actions folds it: a group for each task, written when the task has ended, since groups cannot
 * be woven; an annotation for each failure. Nothing that a task writes is taken for a command.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function createActionsObserver({ stream, redact, tasks }: ActionsObserverOptions): Observer {
  const shown = new Set(tasks.map(({ name }) => name));
  const open = new Map<string, TaskLines>();
  const write = (line: string) => void stream.write(`${line}\n`);
  const add = (name: string, text: string) => {
    const kept = open.get(name) ?? { lines: [], dropped: 0 };
    open.set(name, kept);
    kept.lines.push(plain(redact(text)));
    if (kept.lines.length <= GROUP_LINES) return;
    kept.lines.shift();
    kept.dropped += 1;
  };
  const close = (name: string, title: string) => {
    const { lines, dropped } = open.get(name) ?? { lines: [], dropped: 0 };
    open.delete(name);
    write(`::group::${escapeData(title)}`);
    if (dropped > 0) write(`… ${dropped} lines before, in artifacts/seatrial/logs/${name}.log`);
    lines.forEach(write);
    write('::endgroup::');
  };
  return {
    event(event) {
      if (event.type === 'log') add(event.name, event.line);
      else if (event.type === 'progress') add(event.name, event.text);
      else if (event.type === 'run') {
        if (event.state === 'stopping') write(`::warning title=stopping::${escapeData(redact(event.reason ?? ''))}`);
      } else if (shown.has(event.name)) {
        const { name, state, durationMs = 0, reason, error } = event;
        if (state === 'pending') return;
        if (state === 'running') return write(`${name} running`);
        const why = error?.message ?? reason;
        const message = why === undefined ? '' : plain(redact(why));
        if (state === 'skipped') return write(`${name} skipped: ${message}`);
        close(name, `${name} ${state} in ${formatDuration(durationMs)}`);
        if (state === 'failed') write(`::error title=${escapeProperty(name)}::${escapeData(message)}`);
        if (state === 'aborted') write(`::warning title=${escapeProperty(name)}::${escapeData(`aborted: ${message}`)}`);
      }
    },
    async close() {
      for (const name of open.keys()) close(name, name);
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
    },
  };
}

/** One line that is no command: those begin with `::` or hold `##[`. */
function plain(text: string): string {
  const line = stripVTControlCharacters(text).replace(/[\r\n]+/g, ' ');
  return line.replace(/^(\s*)::/, '$1:\u200b:').replaceAll('##[', '#\u200b#[');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
