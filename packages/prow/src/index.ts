/**
 * Prow interoperability: job environment, result layout, started.json and finished.json.
 *
 * @module
 */
export {};
