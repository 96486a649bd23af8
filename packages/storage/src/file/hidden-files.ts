import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

const TEMPORARY = '.seatrial-tmp';
const FACTS = '.seatrial-facts';

/** Whether a file is none of the objects: a write that is going on, a lock, or facts of an object. */
export function isHidden(name: string): boolean {
  return name.endsWith(TEMPORARY) || name.endsWith(FACTS);
}

/** Whether a file is a write that is going on, or a lock. */
export function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY);
}

/** A new file in the folder of an object. */
export function temporaryPath(path: string, id: string): string {
  // Without the object's name: with it, it could be too long for a file system.
  return join(dirname(path), `.${id}${TEMPORARY}`);
}

/** The lock of an object. */
export function lockPath(path: string): string {
  return join(dirname(path), `.${shortHash(path)}.lock${TEMPORARY}`);
}

/** The file of what is known of one generation of an object. */
export function factsPath(path: string, generation: string): string {
  return join(dirname(path), `.${shortHash(path)}.${generation}${FACTS}`);
}

function shortHash(path: string): string {
  return createHash('sha256').update(basename(path)).digest('hex').slice(0, 32);
}
