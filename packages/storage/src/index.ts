/**
 * One object store over gs:// and file:// URIs.
 *
 * @module
 */
export {};
