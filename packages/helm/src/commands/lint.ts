import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { findHelm } from '../binary.js';
import { createHelm } from '../helm.js';
import { findWorkspaceHelm } from '../workspace-copy.js';
import type { lintFlags } from './lint-flags.js';

/** Runs `helm lint` with a home of its own. */
export async function lint(context: ContextOf<typeof lintFlags>): Promise<number> {
  const { args, env, cwd, flags, logger, signal } = context;
  const onProgress = (text: string) => logger.info(text);
  const workspaceCopy = () => findWorkspaceHelm({ signal, onProgress });
  const binary = await findHelm({ flag: flags.helm, env, workspaceCopy, signal });
  const home = await mkdtemp(join(tmpdir(), 'seatrial-helm-'));
  try {
    const helm = createHelm({ binary, home, env, signal });
    const values = flags.values.map((file) => resolve(cwd, file));
    const report = await helm.lint(resolve(cwd, args[0] ?? '.'), { values, set: flags.set, strict: flags.strict });
    if (flags.json) context.printJson({ passed: report.passed, messages: report.messages });
    else context.print(report.output.trimEnd());
    return report.passed ? 0 : 1;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
