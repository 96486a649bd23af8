import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { formatProgress, showProgress } from './progress-line.js';

const done = (objects: number, total: number) => ({
  objects,
  total,
  sizeBytes: objects * 1e6,
  totalBytes: total * 1e6,
});

async function shown(isTty: boolean, total: number): Promise<{ readonly drawn: string; readonly logged: number[] }> {
  const stderr = new PassThrough();
  const logged: number[] = [];
  const info = (_message: string, fields?: object) => void logged.push((fields as { objects: number }).objects);
  const progress = showProgress({ stderr, isTty, logger: { debug() {}, info, warn() {}, error() {} } });
  for (let objects = 1; objects <= total; objects += 1) progress.update(done(objects, total));
  progress.close();
  stderr.end();
  return { drawn: await text(stderr), logged };
}

describe(showProgress, () => {
  it('redraws one line on a terminal', async () => {
    const lines = [1, 2].map((objects) => `\r\u001b[K${formatProgress(done(objects, 2))}`);
    expect(await shown(true, 2)).toEqual({ drawn: `${lines.join('')}\n`, logged: [] });
  });

  it('logs each tenth of many objects, of few only the end', async () => {
    const tenths = [20, 40, 60, 80, 100, 120, 140, 160, 180, 200];
    expect(await shown(false, 200)).toEqual({ drawn: '', logged: tenths });
    expect(await shown(false, 7)).toEqual({ drawn: '', logged: [7] });
  });
});

describe(formatProgress, () => {
  it('writes objects and megabytes', () => {
    expect(formatProgress({ objects: 12, total: 40, sizeBytes: 3_140_000, totalBytes: 9_900_000 })).toBe(
      '12 of 40 objects, 3.1 of 9.9 MB',
    );
  });
});
