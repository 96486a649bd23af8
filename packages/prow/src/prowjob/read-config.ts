import { resolve } from 'node:path';
import type { ProwConfig } from '../config/job-config.js';
import { loadProwConfig } from '../config/load-config.js';

/** Loads the config that a command's flags name. @throws {ProwError} `INVALID_CONFIG` */
export async function readConfig(
  { cwd }: { readonly cwd: string },
  configPath: string,
  jobConfigPath: string | undefined,
): Promise<ProwConfig> {
  return loadProwConfig({
    configPath: resolve(cwd, configPath),
    ...(jobConfigPath !== undefined && { jobConfigPath: resolve(cwd, jobConfigPath) }),
  });
}
