/**
 * JUnit XML: read, write, merge and judge reports; run anything as a test case.
 *
 * @module
 */
export {};
