import { access, open } from 'node:fs/promises';
import { isAbsolute, join, posix } from 'node:path';

/** What to do with a container's command where there is no engine. */
export type CommandPlan =
  /** Arguments for the host's Node.js, paths mapped into the root. */
  | { readonly kind: 'node'; readonly args: readonly string[] }
  /** A program that is (or may be) in the image but cannot be run here. */
  | { readonly kind: 'other' }
  /** A program that is not in the image. */
  | { readonly kind: 'missing'; readonly command: string };

/** What is looked at. */
export interface CommandSubject {
  readonly argv: readonly string[];
  /** Folder with the image's files. */
  readonly root: string;
  /** In the container. */
  readonly workingDir: string;
  /** PATH of the image. */
  readonly path?: string;
  /** Is `node` in the image the host's? */
  readonly node: boolean;
}

const NODE = /^(?:.*\/)?node(?:js)?$/;
const SIMPLE_SHELL = /^(?:exec\s+)?(?:\S*\/)?node(?:\s+[\w./:=@%+,-]+)+$/;
const VALUE_FLAGS = new Set(['-r', '--require', '--import', '--loader', '--experimental-loader']);
// The stand-in of a base image has no files, so what every base image has counts as there.
const COMMON = new Set(
  'sh bash ash dash echo printf sleep true false test env cat ls cp mv rm mkdir touch date tail head grep sed awk find id tar gzip wget curl nc npm npx yarn pnpm corepack tini'.split(
    ' ',
  ),
);
const BIN = /^\/(?:usr\/)?(?:local\/)?s?bin\//;

/** Path inside the root, whatever dots the given path has. */
export function mapPath(root: string, path: string): string {
  return join(root, posix.normalize(posix.join('/', path)));
}

/** Decides how the command can be run; reads the image's files only where it must. */
export async function planCommand(subject: CommandSubject): Promise<CommandPlan> {
  const argv = unwrap(subject.argv);
  const [command] = argv;
  if (command === undefined) return { kind: 'missing', command: '' };
  if (NODE.test(command)) {
    if (!subject.node && !(await exists(subject, command))) return { kind: 'missing', command };
    return { kind: 'node', args: mapNodeArgs(argv.slice(1), subject.root) };
  }
  const found = await resolve(subject, command);
  if (found !== undefined) {
    if (subject.node && (await hasNodeShebang(found))) return { kind: 'node', args: [found, ...argv.slice(1)] };
    return { kind: 'other' };
  }
  const base = posix.basename(command);
  const common = COMMON.has(base) && (!command.includes('/') || BIN.test(command));
  return common ? { kind: 'other' } : { kind: 'missing', command };
}

/** Takes away what only prepares: the official entrypoint, and a shell around a plain node command. */
function unwrap(argv: readonly string[]): readonly string[] {
  const [first = '', second, third, ...rest] = argv;
  if (posix.basename(first) === 'docker-entrypoint.sh' && second !== undefined) return unwrap(argv.slice(1));
  if (
    /^(?:\/bin\/|\/usr\/bin\/)?(?:sh|bash)$/.test(first) &&
    second === '-c' &&
    third !== undefined &&
    rest.length === 0
  ) {
    const line = third.trim();
    if (SIMPLE_SHELL.test(line)) return line.replace(/^exec\s+/, '').split(/\s+/);
  }
  return argv;
}

function mapNodeArgs(args: readonly string[], root: string): string[] {
  const mapped: string[] = [];
  const mapIfAbsolute = (path: string): string => (isAbsolute(path) ? mapPath(root, path) : path);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (['-e', '--eval', '-p', '--print', '-pe'].includes(arg)) return [...mapped, ...args.slice(index)];
    if (VALUE_FLAGS.has(arg)) {
      mapped.push(arg, mapIfAbsolute(args[index + 1] ?? ''));
      index += 1;
    } else if (arg.startsWith('-') && arg !== '-' && arg !== '--') {
      const [flag = '', value] = arg.split(/=(.*)/s);
      mapped.push(value !== undefined && VALUE_FLAGS.has(flag) ? `${flag}=${mapIfAbsolute(value)}` : arg);
    } else {
      const script = arg === '--' ? args[index + 1] : arg;
      const after = args.slice(index + (arg === '--' ? 2 : 1));
      return script === undefined ? mapped : [...mapped, mapIfAbsolute(script), ...after];
    }
  }
  return mapped;
}

async function resolve(subject: CommandSubject, command: string): Promise<string | undefined> {
  const { root, workingDir, path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } = subject;
  const candidates = command.includes('/')
    ? [posix.resolve(posix.join('/', workingDir), command)]
    : path.split(':').map((folder) => posix.join('/', folder, command));
  for (const candidate of candidates) {
    const mapped = mapPath(root, candidate);
    if (await isThere(mapped)) return mapped;
  }
  return undefined;
}

async function exists(subject: CommandSubject, command: string): Promise<boolean> {
  return (await resolve(subject, command)) !== undefined;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // ENOENT and the like: the answer
  }
}

async function hasNodeShebang(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined); // a folder, or not readable: no script
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(128), 0, 128, 0);
    return /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?node\b/.test(buffer.toString('utf8', 0, bytesRead));
  } catch {
    return false; // a folder
  } finally {
    await file.close();
  }
}
