import { runBin } from '@seatrial/cli';
import { command } from './commands.js';

await runBin(command);
