/**
 * What every Seatrial command line shares: commands, flags, logging, progress, exit codes.
 *
 * @module
 */
export {};
