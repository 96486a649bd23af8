import type { ContextOf } from '@seatrial/cli';
import { JunitError } from '../errors.js';
import { mergeReports } from '../merge.js';
import { parseReport } from '../report-reader.js';
import { formatReport } from '../report-writer.js';
import type { mergeFlags } from './flags.js';
import { createSources, readReports } from './report-files.js';
import type { OpenReportStore } from './report-store.js';

/** `merge`: one report of many. A report that cannot be read stops it: what is left out would look like a pass. */
export function merge(openStore: OpenReportStore | undefined) {
  return async ({ flags, args, stdout, ...surroundings }: ContextOf<typeof mergeFlags>): Promise<void> => {
    const sourceOf = createSources(surroundings, openStore);
    const texts = await readReports(args, sourceOf);
    if (texts.size === 0) throw new JunitError('UNREADABLE', `there is no report in ${args.join(', ')}`);
    const reports = [...texts].map(([name, text]) => {
      try {
        if (typeof text !== 'string') throw text;
        return parseReport(text);
      } catch (cause) {
        if (!(cause instanceof JunitError)) throw cause;
        const { line, column, code } = cause;
        throw new JunitError(code, `${name}: ${cause.message}`, {
          cause,
          file: name,
          ...(line === undefined ? {} : { line }),
          ...(column === undefined ? {} : { column }),
        });
      }
    });
    const xml = formatReport(mergeReports(reports));
    if (flags.output === undefined) stdout.write(xml);
    else await sourceOf(flags.output).write(flags.output, xml);
  };
}
