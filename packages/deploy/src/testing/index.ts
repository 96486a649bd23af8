/**
 * What tests a `ClusterProvider` of one's own.
 *
 * @module
 */
export { providerConformance } from './provider-conformance.js';
export type { ProviderCheck, ProviderConformanceOptions } from './provider-conformance.js';
