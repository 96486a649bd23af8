import type { FlagValues } from '@seatrial/cli';
import type { PathOptions } from '../result-paths.js';
import type { resultFlags } from './shared-flags.js';

/** Flags as the library takes them. */
export function pathOptions(flags: FlagValues<typeof resultFlags>): PathOptions {
  return {
    strategy: flags['path-strategy'],
    defaultOrg: flags['default-org'],
    defaultRepo: flags['default-repo'],
  };
}
