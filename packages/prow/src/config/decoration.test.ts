import { describe, expect, it } from 'vitest';
import { mergeDecoration } from './decoration.js';
import type { Plank } from './raw-config.js';

const place = { repo: 'acme/widgets', cluster: 'build' };

describe(mergeDecoration, () => {
  it.each([
    [{}, true],
    [{ repo: '*', cluster: '*' }, true],
    [{ repo: 'acme' }, true],
    [{ repo: 'acme/widgets', cluster: 'build' }, true],
    [{ repo: 'acme/other' }, false],
    [{ repo: 'acm' }, false],
    [{ cluster: 'default' }, false],
  ])('takes an entry for %j: %s', (entry, taken) => {
    const plank = { default_decoration_config_entries: [{ ...entry, config: { timeout: '1h' } }] };
    expect(mergeDecoration(plank, place, undefined)?.timeout).toBe(taken ? '1h' : undefined);
  });

  it('lets later entries win field by field, and the job over all', () => {
    const plank: Plank = {
      default_decoration_config_entries: [
        {
          config: {
            utility_images: { clonerefs: 'a', sidecar: 'a' },
            gcs_configuration: { mediaTypes: { log: 'text/a' } },
          },
        },
        { config: { utility_images: { sidecar: 'b' }, gcs_configuration: { mediaTypes: { xml: 'text/b' } } } },
      ],
    };
    expect(mergeDecoration(plank, place, { utility_images: { clonerefs: 'c' } })).toEqual({
      utility_images: { clonerefs: 'c', sidecar: 'b' },
      gcs_configuration: { mediaTypes: { log: 'text/a', xml: 'text/b' } },
    });
  });

  it('takes empty texts and lists for nothing, as Go does', () => {
    const plank = {
      default_decoration_config_entries: [{ config: { ssh_key_secrets: ['k'], utility_images: { sidecar: 'a' } } }],
    };
    const own = { ssh_key_secrets: [], utility_images: { sidecar: '' } };
    expect(mergeDecoration(plank, place, own)).toEqual({ ssh_key_secrets: ['k'], utility_images: { sidecar: 'a' } });
  });

  it('merges the older map: all, organization, repository', () => {
    const plank = {
      default_decoration_configs: {
        'acme/widgets': { timeout: '3h' },
        acme: { timeout: '2h', grace_period: '2m' },
        '*': { timeout: '1h', grace_period: '1m', pod_pending_timeout: '5m' },
      },
    };
    const merged = { timeout: '3h', grace_period: '2m', pod_pending_timeout: '5m' };
    expect(mergeDecoration(plank, place, undefined)).toEqual(merged);
    expect(mergeDecoration(plank, { repo: 'constructor/x', cluster: 'b' }, undefined)?.timeout).toBe('1h');
  });
});
