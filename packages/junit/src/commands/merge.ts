import type { ContextOf } from '@seatrial/cli';
import type { AttemptStyle } from '../attempts.js';
import { JunitError } from '../errors.js';
import { mergeReports } from '../merge.js';
import { createXmlDecoder } from '../xml-decoder.js';
import { MAX_BYTES, tooLarge } from '../xml-scanner.js';
import type { mergeFlags } from './flags.js';
import { createSources, findReports } from './report-files.js';
import type { OpenReportStore } from './report-store.js';

/** `merge`: one report of many. A report that cannot be read stops it: what is left out would look like a pass. */
export function merge(openStore: OpenReportStore | undefined) {
  return async ({ flags, args, stdout, logger, ...surroundings }: ContextOf<typeof mergeFlags>): Promise<void> => {
    const { output, repair } = flags;
    const sourceOf = createSources(surroundings, openStore);
    const found = await findReports(args, sourceOf);
    if (found.size === 0) {
      throw new JunitError('UNREADABLE', `there is no report in ${args.join(', ')}`, {
        hint: 'Of folders, junit*.xml, test.xml and TEST-*.xml are read; name others, or use a pattern in quotes.',
      });
    }
    const inputs: { file: string; xml: string }[] = [];
    for (const [file, open] of found) inputs.push({ file, xml: await readText(file, await open(), repair) });
    const { xml, notes } = await mergeReports(inputs, { repair, attempts: flags.flaky as AttemptStyle });
    for (const note of notes) logger.warn(note);
    if (output === undefined) stdout.write(xml);
    else await sourceOf(output).write(output, xml);
  };
}

async function readText(file: string, chunks: AsyncIterable<Uint8Array>, lenient: boolean): Promise<string> {
  const decoder = createXmlDecoder({ lenient });
  let [text, size] = ['', 0];
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge(MAX_BYTES);
      text += decoder.decode(chunk);
    }
    return text + decoder.end();
  } catch (cause) {
    if (!(cause instanceof JunitError)) throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    throw new JunitError(cause.code, `${file}: ${cause.message}`, { cause, file, ...hint });
  }
}
