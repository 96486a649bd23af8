/**
 * The lifecycle of GKE clusters: create, await, credentials, delete, find leaks.
 *
 * @module
 */
export {};
