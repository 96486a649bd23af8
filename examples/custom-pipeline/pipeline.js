import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraph, defineTask, expandMatrix } from '@seatrial/pipeline';

/**
 * A graph that counts the words of some texts: a folder is made, each text is counted on its own, the counts are added
 * up, and the folder goes whatever happened.
 *
 * @param {Readonly<Record<string, string>>} texts by name
 */
export function createWordCount(texts) {
  const prepare = defineTask({
    name: 'prepare',
    run: async ({ checkpoint }) => {
      const dir = await mkdtemp(join(tmpdir(), 'word-count-'));
      await checkpoint(dir); // written down, so that `clean` finds it after a crash, too
      await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(dir, name), text)));
      return { dir };
    },
    // Asked when a run is resumed: is what it made still there?
    verify: async ({ dir }) =>
      readdir(dir).then(
        () => true,
        () => false,
      ),
  });

  const counts = expandMatrix({ text: Object.keys(texts) }).map(({ text }) =>
    defineTask({
      name: `count-${text}`,
      group: 'counts',
      needs: { prepare },
      timeoutMs: 10_000,
      run: async ({ inputs, log, signal }) => {
        const words =
          (await readFile(join(inputs.prepare.dir, text), { encoding: 'utf8', signal })).match(/\w+/g) ?? [];
        if (words.length === 0) throw new Error(`${text} has no words`);
        log(`${words.length} words`);
        return { words: words.length };
      },
    }),
  );

  const sum = defineTask({
    name: 'sum',
    needs: { counts },
    run: async ({ inputs }) => ({ words: inputs.counts.reduce((all, { words }) => all + words, 0) }),
  });

  const clean = defineTask({
    name: 'clean',
    after: [sum],
    cleanup: true, // runs on every way out
    run: async ({ checkpoints }) => {
      const dir = checkpoints['prepare'];
      if (typeof dir === 'string') await rm(dir, { recursive: true, force: true });
    },
  });
  return createGraph([prepare, ...counts, sum, clean]);
}

/** For `seatrial-pipeline graph pipeline.js`. */
export const graph = createWordCount({ poem: 'roses are red', prose: 'call me what you like' });
