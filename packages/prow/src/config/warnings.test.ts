import { describe, expect, it } from 'vitest';
import { findWarnings, type WarningOptions } from './warnings.js';

const position = { file: 'j.yaml', line: 1, column: 1 };
function namesOf(job: object, options: WarningOptions = {}, type: 'presubmit' | 'periodic' = 'presubmit') {
  const complete = { name: 'x', agent: 'kubernetes', cluster: 'default', decorate: true, ...job };
  const configured =
    type === 'periodic' ? { type, position, job: complete } : { type, position, repo: 'acme/widgets', job: complete };
  return findWarnings({ configured, locate: () => position }, options).map(({ name }) => name);
}

describe(findWarnings, () => {
  it.each<[names: readonly string[], job: object]>([
    [[], {}],
    [['long-job-names'], { name: 'a'.repeat(64) }],
    [[], { name: 'a'.repeat(64), agent: 'jenkins' }],
    [['non-decorated-jobs'], { decorate: false }],
    [['unknown-agent'], { agent: 'other' }],
    [['duplicate-job-refs'], { extra_refs: [{ org: 'acme', repo: 'widgets' }] }],
    [['regex-differs'], { run_if_changed: '(?i)readme' }],
    [[], { run_if_changed: String.raw`\.go$` }],
    [[], { name: undefined }],
  ])('gives %j for %j', (names, job) => {
    expect(namesOf(job)).toEqual(names);
  });

  it('knows what has no effect on periodics', () => {
    expect(namesOf({ clone_depth: 1 }, {}, 'periodic')).toEqual(['periodic-default-clone-config']);
    expect(namesOf({ extra_refs: [{ org: 'acme', repo: 'widgets' }] }, {}, 'periodic')).toEqual([]);
  });

  it('asks for annotations and known clusters when told of them', () => {
    const options = { requiredAnnotations: ['owner'], clusters: ['build'] };
    expect(namesOf({}, options)).toEqual(['required-job-annotations', 'validate-cluster-field']);
    expect(namesOf({ cluster: 'build', annotations: { owner: 'a' } }, options)).toEqual([]);
  });
});
