import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from '@seatrial/cli';
import { findHelm } from '../binary.js';
import { createHelm } from '../helm.js';
import type { Helm } from '../helm-interface.js';
import { findWorkspaceHelm } from '../workspace-copy.js';

/** Finds helm, gives it a home for as long as `use` takes, and removes that. */
export async function withHelm<T>(
  { env, logger, signal }: Pick<CommandContext, 'env' | 'logger' | 'signal'>,
  flag: string | undefined,
  use: (helm: Helm) => Promise<T>,
): Promise<T> {
  const onProgress = (text: string) => logger.info(text);
  const workspaceCopy = () => findWorkspaceHelm({ signal, onProgress });
  const binary = await findHelm({ flag, env, workspaceCopy, signal });
  const home = await mkdtemp(join(tmpdir(), 'seatrial-helm-'));
  try {
    return await use(createHelm({ binary, home, env, signal }));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
