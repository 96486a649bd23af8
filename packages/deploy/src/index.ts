/**
 * Set an operator up on a cluster, test it, collect what it left, tear it down.
 *
 * @module
 */
export {};
