/**
 * A local cloud on loopback: GKE, Kubernetes, Cloud Storage, Docker Engine, OCI registry and GitHub APIs.
 *
 * @module
 */
export {};
