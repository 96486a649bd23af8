/**
 * From a commit to an image and a chart: checkout, build, push, publish.
 *
 * @module
 */
export {};
