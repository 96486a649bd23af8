/**
 * A typed task graph: plan it, run it, journal it, resume it.
 *
 * @module
 */
export {};
