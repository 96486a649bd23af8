import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageChart } from './chart-archive.js';
import { unpackChart } from './chart-unpack.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-unpack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const chartYaml = 'apiVersion: v2\nname: demo\nversion: 0.1.0\n';

async function archiveOf(entries: readonly (Partial<Header> & { name: string; body?: string | Buffer })[]) {
  const tar = pack();
  for (const { body = '', ...header } of [{ name: 'demo/Chart.yaml', body: chartYaml }, ...entries]) {
    tar.entry({ ...header, size: body.length }, body);
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return { body: gzipSync(Buffer.concat(chunks)), from: 'a.tgz' };
}

describe(unpackChart, () => {
  const to = () => join(folder, 'in/demo');

  it('gives back what was packed, plain files only', async () => {
    const dir = join(folder, 'chart');
    await mkdir(join(dir, 'templates'), { recursive: true });
    await writeFile(join(dir, 'Chart.yaml'), chartYaml);
    await writeFile(join(dir, 'templates/a.sh'), 'x', { mode: 0o755 });
    const { path } = await packageChart(dir, folder);
    expect(await unpackChart(path, to())).toMatchObject({ dir: to(), name: 'demo', version: '0.1.0' });
    expect((await readdir(to(), { recursive: true })).sort()).toEqual(['Chart.yaml', 'templates', 'templates/a.sh']);
    expect((await stat(join(to(), 'templates/a.sh'))).mode & 0o111).toBe(0);
    expect(await readdir(join(folder, 'in'))).toEqual(['demo']);
  });

  it('replaces an earlier chart as a whole, and nothing else', async () => {
    await unpackChart(await archiveOf([{ name: 'demo/old' }]), to());
    await unpackChart(await archiveOf([{ name: 'demo/new' }]), to());
    expect((await readdir(to())).sort()).toEqual(['Chart.yaml', 'new']);
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine/thesis'), 'x');
    await expect(unpackChart(await archiveOf([]), join(folder, 'mine'))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await readFile(join(folder, 'mine/thesis'), 'utf8')).toBe('x');
  });

  it.each<[string, Partial<Header> & { name: string; body?: string | Buffer }, string]>([
    ['a path that leaves it', { name: 'demo/../../evil' }, 'leaves its folder'],
    ['an absolute path', { name: '/evil' }, 'is not a path below it'],
    ['a path of Windows', { name: 'demo\\..\\evil' }, 'is not a path below it'],
    ['a drive', { name: 'C:/evil' }, 'is not a path below it'],
    ['a symbolic link', { name: 'demo/a', type: 'symlink', linkname: '/etc/passwd' }, 'is a symlink, not a file'],
    ['a hard link', { name: 'demo/a', type: 'link', linkname: 'demo/Chart.yaml' }, 'is a link, not a file'],
    ['a device', { name: 'demo/a', type: 'character-device' }, 'is a character-device, not a file'],
    ['a file twice', { name: 'demo/./Chart.yaml' }, 'holds Chart.yaml twice'],
    ['a file below a file', { name: 'demo/Chart.yaml/a' }, 'is below a file'],
    ['a second folder', { name: 'other/a' }, 'holds several folders'],
    ['a file beside the folder', { name: 'a' }, "is not in the chart's folder"],
    ['a file larger than helm takes', { name: 'demo/a', body: Buffer.alloc(5 * 1024 * 1024 + 1) }, 'has more than'],
  ])('refuses %s and leaves nothing', async (_what, entry, why) => {
    await expect(unpackChart(await archiveOf([entry]), to())).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: expect.stringContaining(why),
    });
    expect(await readdir(join(folder, 'in')).catch(() => [])).toEqual([]);
  });

  it('refuses what unpacks to more than helm takes, without unpacking it', async () => {
    const body = gzipSync(Buffer.alloc(101 * 1024 * 1024), { level: 1 });
    await expect(unpackChart({ body, from: 'bomb.tgz' }, to())).rejects.toMatchObject({ code: 'INVALID_CHART' });
  });

  it('never writes outside of its folder, whatever names an archive holds', async () => {
    const part = fc.constantFrom('..', '.', 'a', 'demo', '', 'C:', '\\', '~', 'b\\..', '...');
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 3 }), async (names) => {
        const nest = await mkdtemp(join(folder, 'nest-'));
        const archive = await archiveOf(names.filter(Boolean).map((one) => ({ name: one, type: 'file' as const })));
        await unpackChart(archive, join(nest, 'in')).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'HelmError', code: 'INVALID_CHART' });
        });
        expect((await readdir(nest)).filter((entry) => entry !== 'in')).toEqual([]);
      }),
      { numRuns: 100 },
    );
    expect((await readdir(folder)).filter((entry) => !entry.startsWith('nest-'))).toEqual([]);
  });
});
