import { command } from '@seatrial/dashboard/commands';

/** `seatrial ui`: the page of runs. */
export const ui = { ...command, name: 'ui' };
