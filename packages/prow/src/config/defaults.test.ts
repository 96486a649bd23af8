import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPeriodic, defaultPresubmit, defaultTrigger, isDecorated } from './defaults.js';
import { compileRe2 } from './re2.js';

const plank = {
  default_decoration_config_entries: [
    { config: { timeout: '1h', grace_period: '1m' } },
    { repo: 'acme/widgets', config: { timeout: '2h' } },
  ],
};
const defaults = { podNamespace: 'test-pods', decorateAllJobs: false, plank };

describe(defaultTrigger, () => {
  it('matches its rerun command, whatever the name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,80}$/), (name) => {
        const { trigger, rerun_command } = defaultTrigger(name);
        expect(compileRe2(trigger).test(rerun_command)).toBe(true);
      }),
    );
  });
});

describe(defaultPresubmit, () => {
  it('fills in what is not there or empty', () => {
    expect(defaultPresubmit({ name: 'x', cluster: '' }, 'acme/widgets', defaults)).toEqual({
      ...defaultTrigger('x'),
      name: 'x',
      agent: 'kubernetes',
      cluster: 'default',
      namespace: 'test-pods',
      context: 'x',
      decorate: false,
    });
  });

  it('keeps one of trigger and rerun command as it is', () => {
    const job = defaultPresubmit({ name: 'x', trigger: '/go' }, 'acme/widgets', defaults);
    expect([job.trigger, job.rerun_command]).toEqual(['/go', undefined]);
  });

  it('decorates all jobs when told to, except those that do not want it', () => {
    const all = { ...defaults, decorateAllJobs: true };
    expect(defaultPresubmit({ name: 'x' }, 'acme/widgets', all).decoration_config).toEqual({
      timeout: '2h',
      grace_period: '1m',
    });
    expect(isDecorated(defaultPresubmit({ name: 'x', decorate: false }, 'acme/widgets', all))).toBe(false);
  });

  it('keeps the decoration of a job that is not decorated, unmerged', () => {
    const job = defaultPresubmit({ name: 'x', decoration_config: { timeout: '3h' } }, 'acme/widgets', defaults);
    expect(job.decoration_config).toEqual({ timeout: '3h' });
    expect(isDecorated(job)).toBe(true);
  });
});

describe(defaultPeriodic, () => {
  it('takes the decoration of its first extra ref', () => {
    const job = { name: 'x', decorate: true, extra_refs: [{ org: 'acme', repo: 'widgets' }] };
    expect(defaultPeriodic(job, defaults).decoration_config?.timeout).toBe('2h');
    expect(defaultPeriodic({ ...job, extra_refs: [] }, defaults).decoration_config?.timeout).toBe('1h');
  });
});
