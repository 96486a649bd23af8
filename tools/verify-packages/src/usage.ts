import { execa } from 'execa';
import { symlink, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Package } from './workspace.js';

/** Names of the module paths that a package offers. */
export function modulesOf({ manifest }: Package): readonly string[] {
  return Object.keys(manifest.exports ?? {})
    .filter((path) => !path.endsWith('.json'))
    .map((path) => manifest.name + path.slice(1));
}

/** Imports every path of a package under a Node and looks whether something comes out. */
export async function importFaults(
  pkg: Package,
  { folder, node, signal }: { readonly folder: string; readonly node: string; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const script = `for (const name of ${JSON.stringify(modulesOf(pkg))}) {
  try {
    if (Object.keys(await import(name)).length === 0) console.log(name + ': exports nothing');
  } catch (error) {
    console.log(name + ': ' + String(error.message).split('\\n')[0]);
  }
}
const timers = process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FSReq|CloseReq/.test(name));
if (timers.length > 0) console.log('importing leaves open: ' + timers);
`;
  await writeFile(join(folder, 'imports.mjs'), script);
  const { all, exitCode } = await execa(node, ['imports.mjs'], {
    cwd: folder,
    all: true,
    reject: false,
    cancelSignal: signal,
    timeout: 60_000,
  });
  const lines = all.split('\n').filter((line) => line !== '');
  if (exitCode !== 0 && lines.length === 0) return [`import: ended with ${exitCode}`];
  return lines.map((line) => `import: ${line}`);
}

/** How a module's types are looked for. */
export type Resolution = 'node16' | 'bundler';

/**
 * Compiles a file that uses every path of a package, with the compiler's strictest settings.
 *
 * @param options.root Workspace whose TypeScript and Node types are used.
 */
export async function compileFaults(
  pkg: Package,
  resolution: Resolution,
  options: {
    readonly root: string;
    readonly folder: string;
    readonly skipLibCheck: boolean;
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const { root, folder, skipLibCheck, signal } = options;
  const types = join(folder, 'node_modules', '@types');
  await mkdir(types, { recursive: true });
  await symlink(join(root, 'node_modules/@types/node'), join(types, 'node')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // a dependency brought its own
  });
  const uses = modulesOf(pkg).map(
    (name, at) =>
      `import * as module${at} from '${name}';\nconst all${at}: object = module${at};\nexport { all${at} };\n` +
      // `any` would be what a module without types is.
      `export const typed${at}: 0 extends 1 & typeof module${at} ? never : true = true;\n`,
  );
  await writeFile(join(folder, 'use.ts'), uses.join('\n'));
  const settings = {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      module: resolution === 'node16' ? 'node16' : 'esnext',
      moduleResolution: resolution,
      strict: true,
      exactOptionalPropertyTypes: false,
      noEmit: true,
      skipLibCheck,
      types: ['node'],
    },
    files: ['use.ts'],
  };
  const file = join(folder, `tsconfig.${resolution}.json`);
  await writeFile(file, JSON.stringify(settings));
  const { stdout, exitCode } = await execa(
    join(root, 'node_modules/.bin/tsc'),
    ['--project', file, '--pretty', 'false'],
    {
      cwd: folder,
      reject: false,
      cancelSignal: signal,
    },
  );
  if (exitCode === 0) return [];
  const lines = stdout.split('\n').filter((line) => /error TS/.test(line));
  // Ours are looked at; what a dependency's own types lack is not for us to mend.
  const ours = lines.filter((line) => !/^node_modules\/(?!@seatrial\/|seatrial\/)/.test(line));
  if (lines.length > 0 && ours.length === 0) return [];
  return (ours.length > 0 ? ours : [`ended with ${exitCode}`]).map((line) => `types (${resolution}): ${line}`);
}
