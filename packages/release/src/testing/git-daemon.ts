import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { kill } from 'node:process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** Serves a repository over git's own protocol, which knows shallow and partial clones. @returns its URL */
export async function startGitDaemon(dir: string): Promise<string> {
  const port = await freePort();
  const args = ['-c', 'uploadpack.allowFilter=true', '-c', 'uploadpack.allowAnySHA1InWant=true', 'daemon'];
  args.push('--verbose', '--listen=127.0.0.1', `--port=${port}`, '--export-all', `--base-path=${dirname(dir)}`);
  const daemon = spawn('git', [...args, dirname(dir)], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  onTestFinished(async () => {
    const closed = once(daemon, 'close');
    // The group: git starts the daemon as a child of its own.
    if (daemon.pid !== undefined) kill(-daemon.pid, 'SIGTERM');
    await closed;
  });
  for await (const line of createInterface({ input: daemon.stderr })) if (line.includes('Ready to rumble')) break;
  daemon.stderr.resume();
  return `git://127.0.0.1:${port}/${dir.slice(dirname(dir).length + 1)}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
