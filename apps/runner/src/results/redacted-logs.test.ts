import { createRedactor } from '@seatrial/cli';
import type { KubeClient } from '@seatrial/deploy';
import { describe, expect, it } from 'vitest';
import { withRedactedLogs } from './redacted-logs.js';

const SECRET = 'correct-horse-battery';

/** A cluster whose API cuts logs as the real one does: after so many bytes. */
function clusterWithLog(log: string): KubeClient {
  const kube: Pick<KubeClient, 'readLog'> = {
    readLog: async (_pod, options) =>
      Buffer.from(log)
        .subarray(0, options?.limitBytes ?? Infinity)
        .toString(),
  };
  return kube as KubeClient;
}

describe(withRedactedLogs, () => {
  const read = (log: string, limitBytes?: number) =>
    withRedactedLogs(clusterWithLog(log), createRedactor([SECRET])).readLog(
      { namespace: 'ns', name: 'pod' },
      limitBytes === undefined ? {} : { limitBytes },
    );

  it('redacts before anybody cuts: of a secret across any border nothing is left', async () => {
    const before = 'x'.repeat(4_096 - 8);
    const cut = (await read(`${before}${SECRET} and more`)).slice(0, 4_096);
    expect(cut).toBe(`${before}[redacte`);
  });

  it('leaves out what may be the beginning of a secret where the API has cut the log, wherever that was', async () => {
    const log = `one\ntoken=${SECRET}\n`;
    for (let bytes = 'one\ntoken='.length; bytes <= log.length; bytes += 1) {
      const shown = await read(log, bytes);
      expect(shown).toMatch(/^one\n(?:t|to|tok|toke|token|token=|token=\[redacted\]\n?)?$/);
    }
  });

  it('leaves a log that is whole as it is', async () => {
    expect(await read('one\ncorrect', 1_000)).toBe('one\ncorrect');
  });
});
