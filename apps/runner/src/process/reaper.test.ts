import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import { PROCESS_MARK } from './process-mark.js';
import { startReaper } from './reaper.js';

/** Processes that carry the mark. */
function marked(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${PROCESS_MARK}=${mark}`);
      } catch {
        return false; // gone meanwhile, or another user's
      }
    });
}

describe.runIf(platform === 'linux')(startReaper, () => {
  it('ends the processes of a program that is killed, also one that takes no notice of SIGTERM and has left the group', async () => {
    const mark = randomUUID();
    const program = `
      import { spawn } from 'node:child_process';
      import { startReaper } from ${JSON.stringify(new URL('./reaper.ts', import.meta.url).href)};
      startReaper({ mark: ${JSON.stringify(mark)}, platform: process.platform, path: process.env.PATH });
      const env = { ...process.env, ${PROCESS_MARK}: ${JSON.stringify(mark)} };
      spawn('sh', ['-c', 'trap "" TERM; sleep 600; sleep 600'], { env, detached: true, stdio: 'ignore' });
      spawn('sh', ['-c', 'sleep 600 & wait'], { env, stdio: 'ignore' });
      setInterval(() => undefined, 1000);
      console.log('started');
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect.poll(() => marked(mark).length).toBe(4);
    child.kill('SIGKILL');
    await expect.poll(() => marked(mark), { timeout: 10_000 }).toEqual([]);
  });
});
