import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsAndAnnotationsOf } from './labels.js';

const spec = { type: 'presubmit', job: 'unit', context: 'unit' } as const;
const refs = { org: 'acme', repo: 'widgets', base_ref: 'main' };

describe(labelsAndAnnotationsOf, () => {
  it("lets the job's own labels and annotations win", () => {
    const own = { labels: { 'prow.k8s.io/context': 'mine', team: 'a' }, annotations: { 'prow.k8s.io/job': 'mine' } };
    const { labels, annotations } = labelsAndAnnotationsOf({ ...spec, refs }, own);
    expect(labels).toMatchObject({ 'prow.k8s.io/context': 'mine', team: 'a', 'prow.k8s.io/job': 'unit' });
    expect(annotations).toEqual({ 'prow.k8s.io/job': 'mine', 'prow.k8s.io/context': 'unit' });
  });

  it('names the first of several pulls', () => {
    const pulls = [7, 8].map((number) => ({ number, sha: '' }));
    const { labels } = labelsAndAnnotationsOf({ ...spec, type: 'batch', refs: { ...refs, pulls } });
    expect(labels['prow.k8s.io/refs.pull']).toBe('7');
  });

  it.each([
    ['a URL', 'https://x-review.googlesource.com', 'x-review.googlesource.com'],
    ['a text that ends in a slash', 'a/', ''],
    ['63 characters', 'a'.repeat(63), 'a'.repeat(63)],
    ['64 characters', 'a'.repeat(64), undefined],
    ['blanks', 'a b', undefined],
    ['a dot at the end', 'v1.', undefined],
  ])('takes for the value of a label: %s', (_what, value, expected) => {
    expect(labelsAndAnnotationsOf(spec, { labels: { own: value } }).labels['own']).toBe(expected);
  });

  it('only makes values that Kubernetes takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 90 }), fc.string(), (context, base_ref) => {
        const { labels } = labelsAndAnnotationsOf({ ...spec, context, refs: { ...refs, base_ref } });
        for (const value of Object.values(labels)) {
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(63);
          expect(value).toMatch(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/);
        }
      }),
    );
  });
});
