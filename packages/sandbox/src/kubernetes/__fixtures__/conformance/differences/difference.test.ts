import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../kube-api.js';
import { differences } from '../differences.js';
import type { Answer, Step } from '../step.js';
import { isExplained } from './difference.js';

const answer = (status: number, body: unknown): Answer => ({ status, contentType: 'application/json', body });
const apply: Step = {
  method: 'PATCH',
  path: '/apis/apps/v1/namespaces/a/deployments/two',
  contentType: 'application/apply-patch+yaml',
};
const owned = (fields: Fields, labels: Fields): Answer =>
  answer(200, {
    kind: 'Deployment',
    metadata: { labels, managedFields: [{ manager: 'alice', operation: 'Update', fieldsV1: fields }] },
    spec: {},
  });
const refusal = (status: number, field: string): Answer =>
  answer(status, { kind: 'Status', details: { causes: [{ field, message: 'conflict with "bob"' }] } });

describe(isExplained, () => {
  const given = {
    step: apply,
    real: owned({ 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } }, { a: '' }),
    ours: owned({ 'f:metadata': { 'f:labels': {} } }, {}),
  };

  it.each([
    '/body/metadata/labels',
    '/body/metadata/labels/a',
    '/body/metadata/managedFields/0/fields/f:metadata/f:labels/f:a',
  ])('knows why the parts of what an owner had without parts stay at %s', (path) => {
    expect(isExplained(differences, { ...given, path })).toBe(true);
  });

  it.each([
    '/status',
    '/body/spec/replicas',
    '/body/metadata/labelsOfOthers',
    '/body/metadata/managedFields/0/fields/f:metadata/f:annotations',
  ])('forgives nothing else of that answer, as at %s', (path) => {
    expect(isExplained(differences, { ...given, path })).toBe(false);
  });

  it('takes the parts for given only where the real server says so', () => {
    const real = owned({ 'f:metadata': { 'f:labels': {} } }, { a: '' });
    expect(isExplained(differences, { ...given, real, path: '/body/metadata/labels/a' })).toBe(false);
  });

  it('forgives a conflict over replicas, which only 1.20 or only a current server sees, and over nothing else', () => {
    const ours = answer(200, { kind: 'Deployment', metadata: {}, spec: {} });
    const refused = (field: string): boolean =>
      isExplained(differences, { step: apply, real: refusal(409, field), ours, path: '/status' });
    expect(refused('.spec.replicas')).toBe(true);
    expect(refused('.spec.paused')).toBe(false);
  });

  it('forgives the words of a decoder, but not the reason given beside', () => {
    const [real, ours] = ['json: 1', 'unmarshal'].map((why) =>
      answer(400, { kind: 'Status', message: `Pod in version "v1" cannot be handled as a Pod: ${why}` }),
    ) as [Answer, Answer];
    const step: Step = { method: 'POST', path: '/api/v1/namespaces/a/pods' };
    expect(isExplained(differences, { step, real, ours, path: '/body/message' })).toBe(true);
    expect(isExplained(differences, { step, real, ours, path: '/body/reason' })).toBe(false);
  });
});

describe('the list of differences', () => {
  it('is told in the README row by row, each rule in one of them and no row without a rule', async () => {
    const readme = await readFile(new URL('../../../../../README.md', import.meta.url), 'utf8');
    const [, table = ''] = /\n\| subject +\| argument +\|\n\|[- |]+\|\n((?:\|.*\n)+)/.exec(readme) ?? [];
    const rows = table.split('\n').flatMap((line) => line.split('|')[1]?.trim() ?? []);
    expect(rows).not.toEqual([]);
    expect([...new Set(differences.map(({ row }) => row))].sort()).toEqual(rows.sort());
  });

  it('says each thing once', () => {
    const subjects = differences.map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  });
});
