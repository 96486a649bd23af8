/**
 * Variable that all processes of a run inherit. `bin` sets it to something no other process has; it is not in the
 * environment that the kernel shows of the program itself, which was made before.
 */
export const PROCESS_MARK = 'SEATRIAL_PROCESS_MARK';
