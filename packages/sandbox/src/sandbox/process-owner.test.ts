import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, pid as ownPid } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOwnerGone, ownerOf } from './process-owner.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-proc-'));
});

afterEach(() => rm(dir, { recursive: true }));

/** A `/proc` of its own with one process in it. */
async function table(
  process: { readonly pid: number; readonly state?: string; readonly start: number },
  where: { readonly boot?: string; readonly namespace?: string; readonly uid?: number } = {},
) {
  const { boot = 'b1', namespace = 'pid:[1]', uid = 1000 } = where;
  const root = await mkdtemp(join(dir, 'proc-'));
  await mkdir(join(root, 'sys/kernel/random'), { recursive: true });
  await writeFile(join(root, 'sys/kernel/random/boot_id'), `${boot}\n`);
  await mkdir(join(root, 'self/ns'), { recursive: true });
  await symlink(namespace, join(root, 'self/ns/pid'));
  await mkdir(join(root, String(process.pid)));
  const { pid, state = 'S', start } = process;
  // A name with everything that a reader trips over.
  const stat = `${pid} (a b) R 1 (c) ${state} 1 ${pid} 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 11 0 ${start} 1 2 3\n`;
  await writeFile(join(root, String(pid), 'stat'), stat);
  return { dir: root, uid };
}

describe(isOwnerGone, () => {
  const same = { pid: 7, start: 500 };

  it.each([
    ['lives', {}, {}, false],
    ['has ended, its id taken by another', { start: 501 }, {}, true],
    ['was killed, and nobody has waited for it', { state: 'Z' }, {}, true],
    ['is not there', { pid: 8 }, {}, true],
    ['is not there, but it is of another boot or machine', { pid: 8 }, { boot: 'b2' }, false],
    ['is not there, but it is of another container', { pid: 8 }, { namespace: 'pid:[2]' }, false],
    ['is not there, but it is of another user', { pid: 8 }, { uid: 0 }, false],
  ])('tells of a process that %s', async (_what, later, elsewhere, gone) => {
    const owner = await ownerOf(7, await table(same));
    expect(owner).toBe('b1/pid:[1]/1000/7/500');
    expect(await isOwnerGone(owner ?? '', await table({ ...same, ...later }, elsewhere))).toBe(gone);
  });

  it.each(['', 'x', '7/500', 'b1/pid:[1]/1000/../500'])('does not know %j', async (owner) => {
    expect(await isOwnerGone(owner, await table(same))).toBe(false);
  });

  it('says nothing where there is no /proc', async () => {
    const nowhere = { dir: join(dir, 'absent'), uid: 1 };
    expect(await ownerOf(7, nowhere)).toBeUndefined();
    expect(await isOwnerGone('b1/pid:[1]/1/7/500', nowhere)).toBe(false);
  });

  it.skipIf(platform() !== 'linux')('tells of real processes', async () => {
    const own = await ownerOf(ownPid, { uid: 1 });
    expect(await isOwnerGone(own ?? '', { uid: 1 })).toBe(false);
    const child = spawn(execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const other = await ownerOf(child.pid ?? 0, { uid: 1 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isOwnerGone(other ?? '', { uid: 1 })).toBe(true);
  });
});
