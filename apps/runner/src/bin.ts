import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { runBin } from '@seatrial/cli';
import { command } from './commands.js';
import { PROCESS_MARK } from './process/reaper.js';

// Inherited by all that is started from here, so that none of it can outlive this.
process.env[PROCESS_MARK] = randomUUID();
await runBin(command);
