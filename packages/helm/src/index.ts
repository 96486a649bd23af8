/**
 * Helm charts (edit, lint, package) and releases (install, test, uninstall) through the helm binary.
 *
 * @module
 */
export {};
