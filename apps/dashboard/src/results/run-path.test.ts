import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath, compareBuildIds, parseJobPath, parsePullPath, parseRunPath } from './run-path.js';

describe(parseRunPath, () => {
  it.each([
    ['logs/e2e/17', { buildId: '17', jobRef: { job: 'logs/e2e', name: 'e2e', kind: 'logs' } }],
    ['logs/acme_widgets/e2e/17', { jobRef: { job: 'logs/acme_widgets/e2e', name: 'e2e', kind: 'logs' } }],
    ['pr-logs/pull/acme_widgets/7/e2e/17', { pull: 7, jobRef: { job: 'pr-logs/directory/e2e', kind: 'presubmit' } }],
    ['pr-logs/pull/7/e2e/17', { pull: 7, jobRef: { job: 'pr-logs/directory/e2e', kind: 'presubmit' } }],
    ['pr-logs/pull/batch/e2e/17', { jobRef: { job: 'pr-logs/pull/batch/e2e', kind: 'batch' } }],
  ])('takes %s apart', (path, parts) => {
    expect(parseRunPath(path)).toMatchObject({ run: path, ...parts });
  });

  it.each(['logs/e2e', 'logs/e2e/latest', 'logs/a/b/c/17', 'elsewhere/e2e/17', 'pr-logs/pull/acme/x/e2e/17', '17'])(
    'refuses %s',
    (path) => {
      expect(() => parseRunPath(path)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    },
  );
});

describe(checkPath, () => {
  it('lets nothing pass that leads elsewhere', () => {
    const names = fc.constantFrom('..', '.', '', 'a', '%2e%2e', 'a\\..', 'b\0', 'c d', '…', '<img>');
    fc.assert(
      fc.property(fc.array(names, { minLength: 1 }), (parts) => {
        const path = parts.join('/');
        let passed = true;
        try {
          checkPath(path, 'a test');
        } catch {
          passed = false; // what is refused leads nowhere
        }
        if (passed) expect(new URL(`file:///base/${encodeURI(path)}`).pathname.startsWith('/base/')).toBe(true);
        expect(passed).toBe(parts.every((part) => !['..', '.', '', 'a\\..', 'b\0'].includes(part)));
      }),
    );
  });
});

describe(parsePullPath, () => {
  it('reads repository and number', () => {
    expect(parsePullPath('pr-logs/pull/acme_widgets/7')).toMatchObject({ number: 7, repo: 'acme_widgets' });
    expect(parsePullPath('pr-logs/pull/7')).toMatchObject({ number: 7, repo: '' });
    expect(() => parsePullPath('pr-logs/pull/acme/x')).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });
});

describe(parseJobPath, () => {
  it('knows a pull request’s own folder of a job', () => {
    expect(parseJobPath('pr-logs/pull/acme_widgets/7/e2e').kind).toBe('pull');
  });
});

describe(compareBuildIds, () => {
  it('orders as numbers, however long', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 29n }), fc.bigInt({ min: 0n, max: 10n ** 29n }), (a, b) => {
        expect(Math.sign(compareBuildIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
