import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Tags } from 'yaml';
import { ProwError } from '../errors.js';
import type { ProwJob } from './prow-job.js';
import { parseProwJob } from './prow-job.js';

const TIMESTAMP = 'tag:yaml.org,2002:timestamp';
// An object in etcd is no larger than 1.5 MiB; as YAML it may be twice that.
const MAX_BYTES = 4 * 1024 * 1024;

/** Whether an argument is meant as a file and not as a name: names of objects have no slash and no such ending. */
export function isFileName(text: string): boolean {
  return text === '-' || text.includes('/') || /\.(?:ya?ml|json)$/i.test(text);
}

/**
 * Reads a ProwJob from a YAML or JSON file, or for `-` from stdin.
 *
 * @throws {ProwError} `INVALID_FLAG` when it cannot be read or is not one ProwJob.
 */
export async function readProwJobFile(
  file: string,
  { cwd, stdin }: { readonly cwd: string; readonly stdin: NodeJS.ReadableStream },
): Promise<ProwJob> {
  const what = file === '-' ? 'stdin' : file;
  const bytes = file === '-' ? await readAll(stdin) : await readFile(resolve(cwd, file)).catch(unreadable(what));
  const hint = 'Give one ProwJob, as mkpj prints it or kubectl get prowjob NAME -o yaml does.';
  if (bytes.length > MAX_BYTES) throw new ProwError('INVALID_FLAG', `${what} is too large for a ProwJob`, { hint });
  const { parse } = await import('yaml');
  try {
    // Kubernetes reads YAML 1.1, but for dates: those stay texts.
    const customTags = (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== TIMESTAMP);
    return parseProwJob(parse(bytes.toString('utf8'), { version: '1.1', customTags }), what);
  } catch (cause) {
    if (cause instanceof ProwError) throw new ProwError('INVALID_FLAG', cause.message, { cause, hint });
    throw new ProwError('INVALID_FLAG', `${what} is not YAML: ${(cause as Error).message.split('\n')[0]}`, {
      cause,
      hint,
    });
  }
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    if ((sizeBytes += chunk.length) > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function unreadable(what: string) {
  return (cause: unknown): never => {
    throw new ProwError('INVALID_FLAG', `cannot read ${what}`, {
      cause,
      hint: 'Name a file with a ProwJob, - for stdin, or the name of a ProwJob in the cluster.',
    });
  };
}
