import { command } from './commands.js';
import { runBin } from './run-bin.js';

await runBin(command);
