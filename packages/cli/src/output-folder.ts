import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder for what a command writes. One that was not there gets a `.gitignore` of its own by which git passes over all of
 * it: in a repository that is built, output of before is then no change of it.
 *
 * Does not throw: of a folder that cannot be made, whoever writes there next tells more.
 */
export async function makeOutputFolder(dir: string): Promise<void> {
  try {
    const made = await mkdir(dir, { recursive: true });
    if (made !== undefined) await writeFile(join(dir, '.gitignore'), '# Made by seatrial, for output.\n*\n');
  } catch {
    // see above
  }
}
