/** A folder of artifacts. */
export interface Folder {
  readonly name: string;
  readonly folders: readonly Folder[];
  readonly files: readonly { readonly name: string; readonly file: string; readonly sizeBytes: number }[];
}

interface Growing {
  readonly name: string;
  readonly folders: Map<string, Growing>;
  readonly files: Folder['files'][number][];
}

/** Makes a tree of paths. Folders that hold nothing but one folder are joined with it. */
export function treeOf(files: readonly { readonly file: string; readonly sizeBytes: number }[]): Folder {
  const root: Growing = { name: '', folders: new Map(), files: [] };
  for (const { file, sizeBytes } of files) {
    const parts = file.split('/');
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const below = folder.folders.get(part) ?? { name: part, folders: new Map(), files: [] };
      folder.folders.set(part, below);
      folder = below;
    }
    folder.files.push({ name: parts.at(-1) ?? file, file, sizeBytes });
  }
  return finish(root);
}

function finish({ name, folders, files }: Growing): Folder {
  const below = [...folders.values()].map(finish);
  const [only] = below;
  if (name !== '' && files.length === 0 && below.length === 1 && only !== undefined) {
    return { ...only, name: `${name}/${only.name}` };
  }
  return { name, folders: below, files };
}
