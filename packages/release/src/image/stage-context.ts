import { cp, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { ReleaseError } from '../errors.js';
import type { FileToCopy, ImageSpec } from './image-spec.js';

/** A folder to build from, given back when the build is over. */
export interface StagedContext extends AsyncDisposable {
  readonly dir: string;
}

/**
 * The folder that an image is built from: its context itself or, where the image names its files, a clean one with only these,
 * the Dockerfile and `.dockerignore`, which counts there as in the context.
 *
 * @throws {ReleaseError} `INVALID_OPTION` for a file that is not there, or not within the source
 */
export async function stageContext(
  sourceDir: string,
  { context, files, dockerfile = 'Dockerfile' }: Pick<ImageSpec, 'context' | 'files' | 'dockerfile'>,
): Promise<StagedContext> {
  const original = join(sourceDir, context);
  if (files === undefined) return { dir: original, [Symbol.asyncDispose]: async () => {} };
  const root = await realpath(sourceDir);
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-context-'));
  const dispose = () => rm(dir, { recursive: true, force: true });
  const copy = async (from: string, to: string, name: string) => {
    const real = await realpath(from).catch(() => undefined); // a link to nowhere, or nothing at all: told below
    if (real === undefined) {
      throw new ReleaseError('INVALID_OPTION', `the image names the file ${name}, which is not there`, {
        hint: 'Check the path, and whether a prebuild command has to make it.',
      });
    }
    if (leaves(relative(root, real)) || leaves(relative(dir, to))) {
      throw new ReleaseError('INVALID_OPTION', `the image names the file ${name}, which is outside of its folder`);
    }
    await mkdir(dirname(to), { recursive: true });
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
  };
  try {
    const always: FileToCopy[] = [];
    for (const name of [dockerfile, '.dockerignore']) {
      const from = join(context, name);
      // A missing Dockerfile is for the build to tell.
      if ((await stat(join(sourceDir, from)).catch(() => undefined)) !== undefined) always.push({ from, to: name });
    }
    const named = files.map((file) => (typeof file === 'string' ? { from: join(context, file), to: file } : file));
    for (const { from, to } of [...named, ...always]) await copy(join(sourceDir, from), join(dir, to), from);
    return { dir, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function leaves(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}
