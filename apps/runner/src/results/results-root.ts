import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes the folder of results, if they are on this machine. One that was not there gets a `.gitignore` of its own by which git
 * passes over all of it: results in the repository that is tried are no changes of it, and in none of its images.
 *
 * Does not throw: of a folder that cannot be made, whoever writes there next tells more.
 *
 * @param resultsUri `gs://…` or an absolute `file://…`
 */
export async function makeResultsRoot(resultsUri: string): Promise<void> {
  if (!resultsUri.startsWith('file://')) return;
  const dir = fileURLToPath(resultsUri);
  try {
    const made = await mkdir(dir, { recursive: true });
    if (made !== undefined) await writeFile(join(dir, '.gitignore'), '# Made by seatrial: results of runs.\n*\n');
  } catch {
    // see above
  }
}
