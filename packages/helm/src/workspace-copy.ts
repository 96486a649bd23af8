import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The copy of helm that the workspace around this package keeps for its own tests and trials, fetched at first need.
 *
 * Walks up from this file to a folder that holds `tools/fetch-helm.mjs` and asks its `fetchHelm()`. Path, or `undefined`
 * where there is no such file (an installed package) or no copy for this machine.
 */
export async function findWorkspaceHelm(
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Gets a line when something is fetched. */
    readonly onProgress?: ((text: string) => void) | undefined;
    /** Major version wanted. @default 4 */
    readonly major?: 3 | 4 | undefined;
    /** Folder to start from. @default the folder of this module */
    readonly from?: string | undefined;
  } = {},
): Promise<string | undefined> {
  const { from = import.meta.dirname, ...request } = options;
  for (let folder = from; ; folder = dirname(folder)) {
    const script = join(folder, 'tools', 'fetch-helm.mjs');
    if (await isThere(script)) {
      const { fetchHelm } = (await import(pathToFileURL(script).href)) as {
        fetchHelm(request: object): Promise<string | undefined>;
      };
      return fetchHelm(request);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
