import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsOfRun } from './namespace.js';

describe(labelsOfRun, () => {
  it.each([
    ['1234', '1234'],
    ['PR 12/a', 'PR-12-a'],
    ['-x.', 'x'],
    [`${'a'.repeat(70)}9`, `${'a'.repeat(62)}9`],
  ])('labels run %j with %j', (runId, value) => {
    expect(labelsOfRun(runId)).toEqual({ 'seatrial.dev/run': value });
  });

  it.each(['', '---', 'é'])('rejects %j', (runId) => {
    expect(() => labelsOfRun(runId)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: `no label can be made of run ${JSON.stringify(runId)}` }),
    );
  });

  it('makes a label that Kubernetes takes of any id with a letter at its end', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(labelsOfRun(`${text}z`)['seatrial.dev/run']).toMatch(
          /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
        );
      }),
    );
  });
});
