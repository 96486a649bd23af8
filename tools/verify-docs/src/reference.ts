import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Problem } from './page.js';

/** Has TypeDoc read all exports without writing anything: each of its warnings is a problem. */
export async function checkReference(root: string): Promise<Problem[]> {
  const args = [join(root, 'node_modules/typedoc/bin/typedoc'), '--emit', 'none', '--skipErrorChecking'];
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exitCode, signal) => resolve(exitCode ?? String(signal)));
  });
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} API reference (npm run docs:api)`);
  return code === 0 ? [] : [{ file: 'typedoc.json', line: 1, message: output.trim() }];
}
