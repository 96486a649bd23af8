import { applies } from './differences/applies.js';
import type { Difference } from './differences/difference.js';
import { members } from './differences/members.js';
import { ownership } from './differences/ownership.js';
import { services } from './differences/services.js';
import { words } from './differences/words.js';

/** The argued list: told in the package's README too. */
export const differences: readonly Difference[] = [...members, ...ownership, ...applies, ...services, ...words];
