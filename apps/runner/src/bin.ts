import process from 'node:process';
import { runBin } from '@seatrial/cli';
import { command } from './commands.js';
import { PROCESS_MARK } from './process/process-mark.js';

// Inherited by all that is started from here, so that none of it can outlive this.
// Not by `crypto`, which takes a fifth of the time that Node needs to start.
process.env[PROCESS_MARK] = `${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`;
await runBin(command);
