import { runBin } from '@seatrial/cli';
import { seatrialCommand } from './commands.js';

await runBin(await seatrialCommand());
