import { resolve } from 'node:path';
import type { CommandContext } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '../create-object-store.js';
import { formatFileUri } from '../file-uri.js';
import type { ObjectStore } from '../object-store.js';

/** The store as the environment describes it. Stopping the command ends what it does. */
export function openStore({ env, cwd, signal }: Pick<CommandContext, 'env' | 'cwd' | 'signal'>): ObjectStore {
  return createObjectStore({ ...storeOptionsFromEnv(env), cwd, signal });
}

/** Whether an argument is a URI and no local path. */
export function isUri(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|file:)/i.test(text);
}

/** A local path as a URI. */
export function localUri(path: string, cwd: string): string {
  return formatFileUri({ path: resolve(cwd, path) });
}
