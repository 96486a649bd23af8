import { stat } from 'node:fs/promises';

/** What the system knows of a file, times in nanoseconds. */
export type FileStats = Awaited<ReturnType<typeof bigStat>>;

const bigStat = (path: string) => stat(path, { bigint: true });

/** `undefined` where there is none, or no plain file. */
export async function statFile(path: string): Promise<FileStats | undefined> {
  const found = await bigStat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found?.isFile() === true ? found : undefined;
}

/** Modification time and inode: renaming and linking leave both as they are, every write changes one. */
export function generationOf(stats: Pick<FileStats, 'mtimeNs' | 'ino'>): string {
  return `${stats.mtimeNs}-${stats.ino}`;
}
