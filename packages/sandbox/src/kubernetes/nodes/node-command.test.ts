import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapPath, planCommand } from './node-command.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seatrial-command-'));
  await mkdir(join(root, 'app'));
  await mkdir(join(root, 'opt'));
  await writeFile(join(root, 'app/run'), '#!/usr/bin/env node\n');
  await writeFile(join(root, 'opt/tool'), '\u007fELF');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const plan = (argv: string[], more = {}) => planCommand({ argv, root, workingDir: '/app', node: true, ...more });

describe(planCommand, () => {
  it.each([
    [
      ['node', '/app/main.js', '/etc/x'],
      ['ROOT/app/main.js', '/etc/x'],
    ],
    [['/usr/local/bin/node', 'main.js'], ['main.js']],
    [
      ['node', '--max-old-space-size=64', '--import', '/app/a.js', '/b.js'],
      ['--max-old-space-size=64', '--import', 'ROOT/app/a.js', 'ROOT/b.js'],
    ],
    [
      ['node', '--import=/app/a.js', 'b.js'],
      ['--import=ROOT/app/a.js', 'b.js'],
    ],
    [
      ['node', '-e', 'code', '/x'],
      ['-e', 'code', '/x'],
    ],
    [['node', '/../../etc/passwd'], ['ROOT/etc/passwd']],
    [
      ['sh', '-c', 'node server.js --port=1'],
      ['server.js', '--port=1'],
    ],
    [['/bin/sh', '-c', 'exec node /app/x.js'], ['ROOT/app/x.js']],
    [['docker-entrypoint.sh', 'node', 'x.js'], ['x.js']],
    [
      ['./run', 'a'],
      ['ROOT/app/run', 'a'],
    ],
    [['node'], []],
  ])('runs %j with the host’s Node.js', async (argv, args) => {
    expect(await plan(argv)).toEqual({ kind: 'node', args: args.map((arg) => arg.replace('ROOT', root)) });
  });

  it.each([
    [['sh', '-c', 'node a.js && echo $HOME'], {}],
    [['/bin/sleep', '1'], {}],
    [['tool'], { path: '/opt' }],
    [['/opt/tool'], {}],
  ])('cannot run %j', async (argv, more = {}) => expect(await plan(argv, more)).toEqual({ kind: 'other' }));

  it.each([[['/no/such/binary']], [['manager']], [['/app/sh']]])('misses %j', async (argv) => {
    expect(await plan(argv)).toEqual({ kind: 'missing', command: argv[0] });
  });

  it('misses node where the image has none', async () => {
    expect(await plan(['node', 'x.js'], { node: false })).toEqual({ kind: 'missing', command: 'node' });
  });
});

describe(mapPath, () => {
  it('never leaves the root', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', 'a', '/', '')), (parts) => {
        const mapped = mapPath('/root', parts.join('/'));
        expect(mapped === '/root' || mapped === '/root/' || mapped.startsWith('/root/')).toBe(true);
        expect(mapped.split('/')).not.toContain('..');
      }),
    );
  });
});
