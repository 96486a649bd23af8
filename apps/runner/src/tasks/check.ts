import { runCommandAsTestCase } from '@seatrial/junit';
import { defineTask } from '@seatrial/pipeline';
import { parseDuration } from '../config/duration.js';
import type { CheckConfig } from '../config/schema.js';
import { sourceDir, type Trial } from '../trial.js';
import type { cloneTask } from './clone.js';
import { reported } from './reported.js';

/** A command that is run on the source: lint, unit tests and the like. */
export function checkTask(trial: Trial, clone: ReturnType<typeof cloneTask>, check: CheckConfig) {
  return defineTask({
    name: check.name,
    summary: check.command.join(' '),
    group: 'checks',
    needs: { clone },
    describe: () => [check.command.join(' ')],
    run: (context) =>
      reported<void>(trial, context, async () => {
        const timeoutMs = parseDuration(check.timeout);
        const ran = await runCommandAsTestCase({
          name: check.name,
          className: trial.config.name,
          command: check.command,
          cwd: sourceDir(trial, context.inputs.clone.dir),
          env: await trial.services.env(),
          signal: context.signal,
          onLine: context.log,
          createFilter: () => trial.redact.stream(),
          clock: trial.clock,
          timeoutMs,
        });
        context.signal.throwIfAborted();
        return { output: undefined, suite: { name: 'seatrial', cases: [ran.case] } };
      }),
  });
}
