import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterName, labelValue, runLabels } from './labels.js';

describe(clusterName, () => {
  it('joins prefix, run and part', () => {
    expect(clusterName({ prefix: 'e2e', runId: '1998-1', part: 'gpu' })).toBe('e2e-1998-1-gpu');
  });

  it('cuts the prefix, and keeps the end of the run', () => {
    expect(clusterName({ prefix: 'a-very-long-prefix-of-a-project', runId: '1234567890123456789' })).toBe(
      'a-very-long-prefix-o-1234567890123456789',
    );
  });

  it('is always a name GKE takes', () => {
    const runId = fc.string({ minLength: 1 }).filter((text) => /[a-z0-9]/i.test(text));
    fc.assert(
      fc.property(fc.string(), runId, fc.string(), (prefix, run, part) => {
        const name = clusterName({ prefix, runId: run, part });
        expect(name).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/);
        expect(name.length).toBeLessThanOrEqual(40);
      }),
    );
  });

  it('rejects a run without a letter or digit', () => {
    expect(() => clusterName({ runId: '--' })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});

describe(runLabels, () => {
  it('says whose it is and until when, in Unix seconds', () => {
    expect(runLabels({ runId: 'PR/7', expiresMs: 1_700_000_000_500 })).toEqual({
      'seatrial-run': 'pr-7',
      'seatrial-expires': '1700000001',
    });
  });

  it('makes values that a label can hold', () => {
    fc.assert(fc.property(fc.string(), (text) => /^[a-z0-9_-]{0,63}$/.test(labelValue(text))));
  });
});
