import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** The YAML library, loaded when it is first needed: most clients only speak JSON, and it is a large part of a start. */
export function loadYaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml;
}
