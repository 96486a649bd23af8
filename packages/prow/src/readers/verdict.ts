import type { ContextOf } from '@seatrial/cli';
import { formatTable } from '@seatrial/cli';
import { createObjectStore, formatUri, parseUri, storeOptionsFromEnv } from '@seatrial/storage';
import { runVerdict } from './run-verdict.js';
import type { RunVerdict } from './run-verdict.js';
import type { verdictFlags } from './verdict-command.js';

/** Prints what each reader shows of a run. */
export async function verdict(context: ContextOf<typeof verdictFlags>): Promise<void> {
  const { args, clock, cwd, env, flags, logger } = context;
  const store = createObjectStore({ ...storeOptionsFromEnv(env), cwd });
  const shown = await runVerdict(store, formatUri(parseUri(args[0] ?? '', { cwd })), {
    nowMs: clock.now(),
    daysOfResults: flags['days-of-results'],
    disableMergedStatus: flags['disable-merged-status'],
  });
  for (const warning of shown.warnings) logger.warn('readers may not show the run as meant', { warning });
  if (flags.json) context.printJson(shown);
  else context.print(formatVerdict(shown));
}

function formatVerdict({ testgrid, deck, spyglass, gubernator }: RunVerdict): string {
  const word = (passed: boolean | undefined) => (passed === undefined ? 'running' : passed ? 'passed' : 'failed');
  const failed = spyglass.tests.filter(({ status }) => status === 'failed').length;
  return [
    formatTable([
      ['Deck', deck.result, deck.commit],
      ['Spyglass', word(spyglass.passed), `${spyglass.tests.length} tests, ${failed} failed`],
      ['Gubernator', word(gubernator.passed), ''],
      ['TestGrid', testgrid.rows[0]?.result ?? '', `column ${testgrid.column}, commit ${testgrid.version}`],
    ]),
    '',
    formatTable(
      testgrid.rows.map(({ name, result, icon, message }) => [name, result, icon, message]),
      { header: ['ROW', 'RESULT', 'ICON', 'MESSAGE'] },
    ),
  ].join('\n');
}
